import { m } from "../../paraglide/messages";
import type { Kind, Missing } from "./media/devices";
import type { Ability } from "./media/probe";

/** What is wrong with a device, and what to do. */
export function missingWords(kind: "camera" | "microphone", why: Missing): string {
  switch (why) {
    case "refused": return kind === "camera" ? m.camera_refused() : m.microphone_refused();
    case "none": return kind === "camera" ? m.camera_none() : m.microphone_none();
    case "busy": return kind === "camera" ? m.camera_busy() : m.microphone_busy();
    case "insecure": return m.call_insecure();
  }
}

/** What this machine can do in a call; nothing where it can do everything. */
export function abilityWords(able: Ability): string | null {
  if (!able.secure) return m.call_insecure();
  if (able.picture && able.sound) return null;
  if (able.sound) return m.call_sound_only();
  return able.picture ? m.call_picture_only() : m.call_chat_only();
}

/** What a device is called; without a name of its own it gets a number. */
export const deviceWord = (kind: Kind, name: string, n: number): string =>
  name || (kind === "camera" ? m.camera_n({ n }) : kind === "microphone" ? m.microphone_n({ n }) : m.speaker_n({ n }));
