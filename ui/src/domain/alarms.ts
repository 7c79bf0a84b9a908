import type { Loudness } from "../bindings/Loudness";

/** Sorts of events that a person may want to hear apart. */
export const SORTS = ["request", "call", "bid", "talk", "order", "ending"] as const;
export type Sort = (typeof SORTS)[number];

/** What may be heard. */
export const SOUNDS = ["none", "chime", "bell", "knock", "call"] as const;
export type Sound = (typeof SOUNDS)[number];

/** How this window is heard. When and how loud a notice is at all is kept by the peer, for every screen of it. */
export interface AlarmRules {
  sounds: Record<Sort, Sound>;
  /** Sound again until somebody has seen it. */
  again: boolean;
  /** No sound before this moment, in milliseconds. */
  snoozedUntil: number;
}

export const FIRST_RULES: AlarmRules = {
  sounds: { request: "call", call: "call", bid: "chime", talk: "knock", order: "bell", ending: "chime" },
  again: true,
  snoozedUntil: 0,
};

const KINDS: Record<Exclude<Sort, "talk">, readonly string[]> = {
  request: ["request_arrived", "request_revised"],
  call: ["call_arrived"],
  bid: ["bid_arrived", "bid_reconfirmed", "late_bid_arrived", "intent_arrived"],
  order: ["order_arrived", "order_auto_accepted", "deal_concluded", "order_refused", "order_changed", "change_refused", "order_lapsed", "terms_to_sign", "terms_signed"],
  ending: [
    "request_cancelled", "bid_expired", "bid_withdrawn", "bid_not_reconfirmed", "bid_was_late", "not_chosen", "seller_declined", "undelivered",
    "document_refused", "bids_closed", "awarded", "partly_awarded", "not_awarded", "no_bids",
  ],
};

/** The sort of a notice, by its code; one that this page does not know is talk. */
export function sortOf(kind: string): Sort {
  return SORTS.find((sort) => sort !== "talk" && KINDS[sort].includes(kind)) ?? "talk";
}

/** What is heard of an event that is so loud. */
export function soundOf(rules: AlarmRules, kind: string, loudness: Loudness, now: number): Sound {
  return loudness === "silent" || now < rules.snoozedUntil ? "none" : rules.sounds[sortOf(kind)];
}

/** Minutes after midnight as a clock shows them: `22:00`. */
export function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Minutes after midnight of what a clock shows; nothing if it shows no time. */
export function minutesOf(clock: string): number | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(clock);
  const value = found && Number(found[2]) < 60 ? Number(found[1]) * 60 + Number(found[2]) : NaN;
  return value >= 0 && value < 24 * 60 ? value : null;
}

/** Rules as they were kept; what is missing or no longer known is as at first. */
export function readRules(text: string | null): AlarmRules {
  let kept: Partial<AlarmRules>;
  try {
    kept = (JSON.parse(text ?? "{}") ?? {}) as Partial<AlarmRules>;
  } catch {
    return FIRST_RULES;
  }
  const known = (sort: Sort): Sound => SOUNDS.find((sound) => sound === kept.sounds?.[sort]) ?? FIRST_RULES.sounds[sort];
  return {
    sounds: { request: known("request"), call: known("call"), bid: known("bid"), talk: known("talk"), order: known("order"), ending: known("ending") },
    again: kept.again ?? FIRST_RULES.again,
    snoozedUntil: typeof kept.snoozedUntil === "number" ? kept.snoozedUntil : 0,
  };
}
