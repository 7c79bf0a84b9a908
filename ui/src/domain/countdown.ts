import type { Locale } from "./money";

const UNITS: Record<Locale, { day: string; hour: string; minute: string; second: string; gap: string }> = {
  en: { day: "d", hour: "h", minute: "min", second: "s", gap: " " },
  ko: { day: "일", hour: "시간", minute: "분", second: "초", gap: "" },
};

/** How long, in the two largest units: `2 h 10 min`, `2시간 10분`; seconds in the last two minutes. */
export function spanWords(ms: number, locale: Locale): string {
  const unit = UNITS[locale];
  const one = (value: number, word: string) => `${value}${unit.gap}${word}`;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return one(seconds, unit.second);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return one(minutes, unit.minute);
  const hours = Math.floor(minutes / 60);
  const two = (first: string, value: number, word: string) => (value === 0 ? first : `${first} ${one(value, word)}`);
  if (hours < 24) return two(one(hours, unit.hour), minutes % 60, unit.minute);
  const days = Math.floor(hours / 24);
  return days >= 7 ? one(days, unit.day) : two(one(days, unit.day), hours % 24, unit.hour);
}

/** A bar of time: what is left of the whole, in per cent; first the part in which somebody is bound. */
export interface Remaining {
  solid: number;
  hatched: number;
  /** Little is left. */
  soon: boolean;
  over: boolean;
}

/** Less than this is little, in milliseconds: a person needs it to read and answer. */
const SOON = 30 * 60_000;

/**
 * What is left between `issued` and `until`. Until `boundUntil` somebody is bound (solid); after it the offer may be
 * withdrawn (hatched).
 */
export function remaining(issued: number, until: number, now: number, boundUntil: number = until): Remaining {
  const whole = until - issued;
  if (whole <= 0 || now >= until) return { solid: 0, hatched: 0, soon: false, over: now >= until };
  const from = Math.max(now, issued);
  const bound = Math.min(Math.max(boundUntil, from), until);
  const share = (ms: number) => Math.round((ms / whole) * 1000) / 10;
  return { solid: share(bound - from), hatched: share(until - bound), soon: until - now < SOON, over: false };
}
