/** Sorts of events that a person may want to hear apart. */
export const SORTS = ["request", "bid", "talk", "order", "ending"] as const;
export type Sort = (typeof SORTS)[number];

/** What may be heard. */
export const SOUNDS = ["none", "chime", "bell", "knock", "call"] as const;
export type Sound = (typeof SOUNDS)[number];

/** When and how an event is heard; kept in this window's storage. */
export interface AlarmRules {
  sounds: Record<Sort, Sound>;
  /** Sound again until somebody has seen it. */
  again: boolean;
  /** Requests from farther away, in kilometres, are listed and not heard; nothing means all are heard. */
  farthest: number | null;
  /** No sound between these times of the day, `22:00`; nothing means always. */
  quiet: { from: string; to: string } | null;
  /** No sound before this moment, in milliseconds. */
  snoozedUntil: number;
}

export const FIRST_RULES: AlarmRules = {
  sounds: { request: "call", bid: "chime", talk: "knock", order: "bell", ending: "chime" },
  again: true,
  farthest: null,
  quiet: null,
  snoozedUntil: 0,
};

const KINDS: Record<Exclude<Sort, "talk">, readonly string[]> = {
  request: ["request_arrived", "request_revised"],
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

const minutes = (time: string): number | null => {
  const found = /^(\d{1,2}):(\d{2})$/.exec(time);
  const value = found ? Number(found[1]) * 60 + Number(found[2]) : NaN;
  return value >= 0 && value < 24 * 60 ? value : null;
};

/** Whether a moment lies in the quiet hours, which may go over midnight. */
export function isQuiet(rules: AlarmRules, now: Date): boolean {
  if (now.getTime() < rules.snoozedUntil) return true;
  if (rules.quiet === null) return false;
  const [from, to] = [minutes(rules.quiet.from), minutes(rules.quiet.to)];
  if (from === null || to === null || from === to) return false;
  const at = now.getHours() * 60 + now.getMinutes();
  return from < to ? at >= from && at < to : at >= from || at < to;
}

/** What is heard of an event; `distance` in kilometres where it is known. */
export function soundOf(rules: AlarmRules, kind: string, distance: number | null, now: Date): Sound {
  const sort = sortOf(kind);
  const tooFar = sort === "request" && rules.farthest !== null && distance !== null && distance > rules.farthest;
  return tooFar || isQuiet(rules, now) ? "none" : rules.sounds[sort];
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
    sounds: { request: known("request"), bid: known("bid"), talk: known("talk"), order: known("order"), ending: known("ending") },
    again: kept.again ?? FIRST_RULES.again,
    farthest: typeof kept.farthest === "number" && kept.farthest > 0 ? kept.farthest : null,
    quiet: kept.quiet && minutes(kept.quiet.from) !== null && minutes(kept.quiet.to) !== null ? { from: kept.quiet.from, to: kept.quiet.to } : null,
    snoozedUntil: typeof kept.snoozedUntil === "number" ? kept.snoozedUntil : 0,
  };
}
