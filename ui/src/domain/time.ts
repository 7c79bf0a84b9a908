import { dateFormat } from "./formats";
import { TAG, type Locale } from "./money";

/** Milliseconds of a moment as the api writes it. */
export function millis(moment: string): number {
  return Date.parse(moment);
}

function parts(at: number, locale: Locale, zone: string | undefined, options: Intl.DateTimeFormatOptions) {
  const format = dateFormat(TAG[locale], zone === undefined ? options : { ...options, timeZone: zone });
  return new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** `16:00`. */
export function formatClock(at: number, locale: Locale, zone?: string): string {
  const found = parts(at, locale, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${found.get("hour")}:${found.get("minute")}`;
}

/** `Fri 20 Nov`, `11월 20일 (금)`. */
export function formatDay(at: number, locale: Locale, zone?: string): string {
  const short = locale === "ko" ? "long" : "short";
  const found = parts(at, locale, zone, { month: short, day: "numeric", weekday: "short" });
  const [month = "", day, weekday] = [found.get("month"), found.get("day"), found.get("weekday")];
  if (locale === "ko") return `${month.endsWith("월") ? month : `${month}월`} ${day}일 (${weekday})`;
  return `${weekday} ${day} ${month}`;
}

/** `Fri 20 Nov 14:00`, `11월 20일 (금) 14:00`. */
export function formatMoment(at: number, locale: Locale, zone?: string): string {
  return `${formatDay(at, locale, zone)} ${formatClock(at, locale, zone)}`;
}

/** The calendar day, to compare: `2026-11-20`. */
export function dayKey(at: number, zone?: string): string {
  const found = parts(at, "en", zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${found.get("year")}-${found.get("month")}-${found.get("day")}`;
}

/** Today, tomorrow, yesterday, or none of them. */
export function nearDay(at: number, now: number, zone?: string): "today" | "tomorrow" | "yesterday" | null {
  const day = 24 * 3_600_000;
  const key = dayKey(at, zone);
  if (key === dayKey(now, zone)) return "today";
  if (key === dayKey(now + day, zone)) return "tomorrow";
  return key === dayKey(now - day, zone) ? "yesterday" : null;
}

/** What `<input type="datetime-local">` wants: `2026-11-20T16:00`, in local time. */
export function localInput(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The next full hour so many hours from now: deadlines people can say aloud. */
export function fullHour(now: number, hours: number): number {
  const hour = 3_600_000;
  return Math.ceil((now + hours * hour) / hour) * hour;
}

/** The date of this place, as `<input type="date">` writes it. */
export const localDay = (moment: string): string => localInput(Date.parse(moment)).slice(0, 10);

/** The moment at which a working day of this place begins, for a date as `<input type="date">` writes it. */
export const dayStart = (date: string): string => new Date(`${date}T09:00`).toISOString();

/** The moment at which a working day of this place ends. */
export const dayEnd = (date: string): string => new Date(`${date}T18:00`).toISOString();
