import { mayCapture } from "../../../backend/window";
import { SAMPLE_RATE } from "./playout";

/** What can be chosen. */
export type Kind = "camera" | "microphone" | "speaker";

/** Why a device gives nothing: refused by the person, none there, in use elsewhere, or not in this page. */
export type Missing = "refused" | "none" | "busy" | "insecure";

/** One device. */
export interface Device {
  id: string;
  /** Empty until a device of this kind was opened. */
  name: string;
}

const KEY = "opener.devices";
const KINDS: Record<MediaDeviceInfo["kind"], Kind> = { videoinput: "camera", audioinput: "microphone", audiooutput: "speaker" };

/** The devices that were chosen; an empty id is the system's own choice. */
export function chosen(): Record<Kind, string> {
  const none = { camera: "", microphone: "", speaker: "" };
  try {
    return { ...none, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Record<Kind, string>>) };
  } catch {
    return none;
  }
}

/** Keeps a choice for this page. */
export function choose(kind: Kind, id: string): void {
  localStorage.setItem(KEY, JSON.stringify({ ...chosen(), [kind]: id }));
}

/** Whether a page can say where sound comes out. */
export const directs = (): boolean => "AudioContext" in globalThis && "setSinkId" in AudioContext.prototype;

/** The devices there are. */
export async function devices(): Promise<Record<Kind, Device[]>> {
  const found: Record<Kind, Device[]> = { camera: [], microphone: [], speaker: [] };
  if (!("mediaDevices" in navigator)) return found;
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  for (const one of all) found[KINDS[one.kind]].push({ id: one.deviceId, name: one.label });
  return found;
}

/** Tells when devices come and go. */
export function onDevices(listener: () => void): () => void {
  if (!("mediaDevices" in navigator)) return () => undefined;
  navigator.mediaDevices.addEventListener("devicechange", listener);
  return () => navigator.mediaDevices.removeEventListener("devicechange", listener);
}

/** Why opening failed, by the name that browsers give it (Media Capture and Streams section 10.3). */
export function missing(error: unknown): Missing {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "none";
}

const WANTED: Record<"camera" | "microphone", MediaTrackConstraints> = {
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } },
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1, sampleRate: SAMPLE_RATE },
};

/** Opens a device; the person is asked, by the browser or by the program. */
export async function open(kind: "camera" | "microphone"): Promise<MediaStream | Missing> {
  if (!globalThis.isSecureContext || !("mediaDevices" in navigator)) return "insecure";
  if (!(await mayCapture(kind))) return "refused";
  const id = chosen()[kind];
  const track = { ...WANTED[kind], ...(id ? { deviceId: { ideal: id } } : {}) };
  try {
    return await navigator.mediaDevices.getUserMedia(kind === "camera" ? { video: track } : { audio: track });
  } catch (error) {
    return missing(error);
  }
}

/** Closes a device: its light goes out. */
export function close(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
