import type { Attachment } from "../bindings/Attachment";
import type { ApiError } from "../bindings/ApiError";
import type { Event } from "../bindings/Event";
import type { MethodName, Methods } from "../bindings/methods";
import { isError, Refusal, silent } from "./refusal";

/** What the desktop program puts into its own page (Tauri's `withGlobalTauri`), as far as it is used here. */
interface Program {
  core: {
    invoke: (command: string, args?: Record<string, unknown> | Uint8Array, options?: { headers: Record<string, string> }) => Promise<unknown>;
    Channel: new (onMessage: (message: unknown) => void) => object;
  };
}

declare global {
  interface Window {
    readonly __TAURI__?: Program;
  }
}

/** Whether the peer runs, or what it waits for: a new passphrase, the passphrase, the right one, or a mended cause. */
export type Door = { phase: "fresh" | "locked" | "wrong" | "running" } | { phase: "failed"; message: string };

/** Something from outside that the page should show: the deal of a notification, or a contact's link. */
export type Nudge = { nudge: "deal"; deal: string } | { nudge: "link"; url: string };

const program = (): Program | undefined => (typeof window === "undefined" ? undefined : window.__TAURI__);

/** Whether this page is the desktop program's own. */
export const inWindow = (): boolean => program() !== undefined;

function invoke(command: string, args?: Record<string, unknown> | Uint8Array, options?: { headers: Record<string, string> }): Promise<unknown> {
  const own = program();
  return own ? own.core.invoke(command, args, options) : Promise.reject(silent());
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Asks the peer inside. */
export async function ask<M extends MethodName>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["answer"]> {
  try {
    return (await invoke("api", bytes(JSON.stringify({ method, params })))) as Methods[M]["answer"];
  } catch (error) {
    throw isError(error) ? new Refusal(error satisfies ApiError) : silent();
  }
}

const nudged = new Set<(nudge: Nudge) => void>();

/** Hears what comes from outside the page. */
export function onNudge(listener: (nudge: Nudge) => void): () => void {
  nudged.add(listener);
  return () => nudged.delete(listener);
}

/** Listens to the peer inside; resolves when it is heard. */
export async function follow(onEvent: (event: Event) => void): Promise<void> {
  const own = program();
  if (!own) throw silent();
  const events = new own.core.Channel((message) => onEvent(message as Event));
  const nudges = new own.core.Channel((message) => nudged.forEach((listener) => listener(message as Nudge)));
  await invoke("follow", { events, nudges });
}

/** Whether the peer runs. In a browser that is the gateway's matter. */
export async function door(): Promise<Door> {
  return inWindow() ? ((await invoke("door")) as Door) : { phase: "running" };
}

/** Opens the peer with this passphrase, or as it is found; fails with words when the passphrase is none. */
export async function open(passphrase: string | null): Promise<Door> {
  return (await invoke("open", { passphrase })) as Door;
}

/** Tray and notifications speak this language from now on. */
export async function speak(language: "en" | "ko"): Promise<void> {
  if (inWindow()) await invoke("speak", { language });
}

/** Asks where to save a file and writes it there; false when the person thinks better of it. */
export async function saveFile(name: string, content: Blob): Promise<boolean> {
  return (await invoke("save", await framed(name, content))) as boolean;
}

/** A body of JSON, a line end, and bytes. */
async function framed(head: unknown, content: Blob): Promise<Uint8Array> {
  const first = bytes(`${JSON.stringify(head)}\n`);
  const body = new Uint8Array(first.length + content.size);
  body.set(first);
  body.set(new Uint8Array(await content.arrayBuffer()), first.length);
  return body;
}

/**
 * Keeps a file that a person chose or dropped.
 * @throws Refusal
 */
export async function attach(file: File, type: string): Promise<Attachment> {
  try {
    return (await invoke("attach", await framed({ name: file.name, media_type: type }, file))) as Attachment;
  } catch (error) {
    throw isError(error) ? new Refusal(error) : silent();
  }
}

/** Asks where to save an attached file and copies it there; false when the person thinks better of it. */
export async function saveAttached(sha256: string, name: string): Promise<boolean> {
  return (await invoke("save_attached", { sha256, name })) as boolean;
}

/** Opens an address of the web: in the system's browser from the window, else in a tab of its own that learns nothing of us. */
export async function browse(url: string): Promise<void> {
  if (inWindow()) await invoke("browse", { url });
  else window.open(url, "_blank", "noopener,noreferrer");
}

/** Whether the program starts with the computer; sets it first, if said so. */
export async function autostart(on: boolean | null = null): Promise<boolean> {
  return (await invoke("autostart", { on })) as boolean;
}

/** Asks where, and makes a backup there that this passphrase opens; false when the person thinks better of it. */
export async function backUp(passphrase: string): Promise<boolean> {
  return (await invoke("back_up", { passphrase })) as boolean;
}

/** What became of restoring. Nothing has changed unless it is restored. */
export type Restored = "restored" | "cancelled" | "wrong_passphrase" | "no_backup" | "damaged" | "newer" | "occupied";

/** Asks for a backup, and restores it in place of a peer that never said who it is. */
export async function restore(passphrase: string): Promise<Restored> {
  return (await invoke("restore", { passphrase })) as Restored;
}

/** Whether the person lets this program use the camera or the microphone. A browser asks by itself. */
export async function mayCapture(device: "camera" | "microphone"): Promise<boolean> {
  return inWindow() ? ((await invoke("capture", { device }).catch(() => false)) as boolean) : true;
}

/** Opens the door for picture and sound of a call: each message is a frame. */
export async function openMedia(call: string, onMessage: (message: unknown) => void): Promise<void> {
  const own = program();
  if (!own) throw silent();
  await invoke("media_open", { call, channel: new own.core.Channel(onMessage) });
}

/** Hands one frame of a call to the peer inside. */
export async function sendMedia(call: string, frame: Uint8Array): Promise<void> {
  await invoke("media_send", frame, { headers: { call } });
}

/** Closes that door. */
export async function closeMedia(call: string): Promise<void> {
  await invoke("media_close", { call });
}
