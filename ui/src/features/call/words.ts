import type { CallEndReason } from "../../bindings/CallEndReason";
import type { CallView } from "../../bindings/CallView";
import { goodness, type Goodness, type Outcome } from "../../domain/calls";
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

/** What a call waits for; nothing while two talk. */
export function phaseWords(view: CallView, name: string): string | null {
  switch (view.phase) {
    case "ringing": return m.call_ringing({ name });
    case "connecting": return m.call_connecting();
    case "reconnecting": return m.call_reconnecting();
    default: return null;
  }
}

const GOOD: Record<Goodness, () => string> = { good: m.call_good, fair: m.call_fair, poor: m.call_poor };

/** `Direct · good`; nothing while it is not known. */
export function qualityWords(view: CallView, delay: number): string {
  const found = view.phase === "connected" ? goodness(view.quality, delay) : null;
  const way = view.relayed === null ? null : view.relayed ? m.call_relayed() : m.call_direct();
  return [way, found && GOOD[found]()].filter((word) => word !== null).join(" · ");
}

const ENDS: Record<CallEndReason, (slots: { name: string }) => string> = {
  hung_up: m.call_end_hung_up,
  declined: m.call_end_declined,
  busy: m.call_end_busy,
  no_answer: m.call_end_no_answer,
  cancelled: m.call_end_cancelled,
  crossed: m.call_end_crossed,
  fingerprint_mismatch: m.call_end_fingerprint,
  peer_gone: m.call_end_gone,
  failed: m.call_end_failed,
};

/** Why a call is over; a newer peer may know reasons that this page does not. */
export function endWords(reason: CallEndReason | null, name: string): string {
  const table: Readonly<Record<string, (slots: { name: string }) => string>> = ENDS;
  return (table[reason ?? "hung_up"] ?? m.call_end_hung_up)({ name });
}

const OUTCOMES: Record<Outcome, () => string> = {
  took_place: m.call_took_place,
  missed: m.nt_call_missed,
  no_answer: m.call_was_no_answer,
  cancelled: m.call_was_cancelled,
  declined_by_me: m.call_was_declined_here,
  declined: m.call_was_declined,
  busy_here: m.call_was_busy_here,
  busy: m.call_was_busy,
  crossed: m.call_was_cancelled,
  failed: m.call_was_failed,
};

/** What became of a call, in the talk. */
export const outcomeWords = (outcome: Outcome): string => OUTCOMES[outcome]();
