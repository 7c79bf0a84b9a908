import type { Bid } from "../bindings/Bid";
import type { Line } from "../bindings/Line";
import type { Rfp } from "../bindings/Rfp";
import { compareDecimals, parseDecimal, tidyText } from "./decimal";
import { lineAmount, sum, type Money } from "./money";

/** A request while it is revised. Days are as `<input type="date">` writes them, moments ISO 8601. */
export interface Revising {
  title: string;
  description: string;
  lines: { number: number; name: string; quantity: string; unit: string; gone: boolean }[];
  payment: string;
  deliverBy: string;
  deadline: string;
}

/** The request as it stands, to be changed. */
export function revise(rfp: Rfp, day: (moment: string) => string): Revising {
  return {
    title: rfp.title,
    description: rfp.description,
    lines: rfp.lines.map((line) => ({ number: line.number, name: line.name, quantity: line.quantity.value, unit: line.quantity.unit, gone: false })),
    payment: rfp.payment ?? "",
    deliverBy: rfp.delivery.window ? day(rfp.delivery.window.until) : "",
    deadline: rfp.schedule.bid_deadline,
  };
}

const plain = (text: string): string => {
  const value = parseDecimal(text);
  return value === null ? text : tidyText(value);
};

/** Milliseconds between what a screen shows and the moment of signing: the deadline that the rule asks for counts from there. */
const SIGNING = 60_000;

/**
 * When bids must be in after a revision that is signed now: never earlier than before; and where less than the printed
 * extension is left, at least that long from now.
 */
export function movedDeadline(rfp: Rfp, wanted: string, now: number): string {
  const before = Date.parse(rfp.schedule.bid_deadline);
  const minute = 60_000;
  const rule = Math.ceil((now + SIGNING + rfp.rules.extension) / minute) * minute;
  const least = before - now < rfp.rules.extension + SIGNING ? Math.max(before, rule) : before;
  return new Date(Math.max(before, least, Date.parse(wanted) || 0)).toISOString();
}

/** The whole request as it stands from the revision on. What follows the deadline moves with it. */
export function revised(rfp: Rfp, edited: Revising, now: number, day: (moment: string) => string, end: (date: string) => string): Rfp {
  const deadline = movedDeadline(rfp, edited.deadline, now);
  const by = Date.parse(deadline) - Date.parse(rfp.schedule.bid_deadline);
  const later = (moment: string) => new Date(Date.parse(moment) + by).toISOString();
  const known = new Map(rfp.lines.map((line) => [line.number, line]));
  const lines = edited.lines.filter((line) => !line.gone && line.name.trim() !== "").map((line): Line => {
    const own = known.get(line.number);
    const quantity = { value: plain(line.quantity), unit: line.unit };
    return own ? { ...own, name: line.name.trim(), quantity } : { number: line.number, name: line.name.trim(), description: "", quantity, categories: [], properties: [], optional: false };
  });
  const window = rfp.delivery.window;
  const until = edited.deliverBy ? end(edited.deliverBy) : null;
  const moved = window && until && edited.deliverBy !== day(window.until);
  const schedule = by === 0 ? rfp.schedule : { ...rfp.schedule, bid_deadline: deadline, award_by: later(rfp.schedule.award_by) };
  return {
    ...rfp,
    title: edited.title.trim() || rfp.title,
    description: edited.description.trim(),
    schedule,
    payment: edited.payment.trim() || null,
    delivery: moved ? { ...rfp.delivery, window: { from: window.from < until ? window.from : until, until } } : rfp.delivery,
    lines,
  };
}

/** One difference of two revisions; a line that is new or gone has one side only. */
export type RevisionDiff =
  | { what: "line"; before: Line | null; after: Line | null }
  | { what: "title" | "description" | "payment"; before: string; after: string }
  | { what: "deadline" | "award_by" | "deliver_by"; before: string; after: string }
  | { what: "other"; field: string };

/** Where two revisions differ, most important first. `changed` names the fields as the api does, where it has told them. */
export function revisionDiffs(before: Rfp, after: Rfp, changed: readonly string[] = []): RevisionDiff[] {
  const found: RevisionDiff[] = [];
  const told = new Set<string>();
  const text = (a: unknown) => JSON.stringify(a);
  const numbers = [...new Set([...before.lines, ...after.lines].map((line) => line.number))].sort((a, b) => a - b);
  for (const number of numbers) {
    const [old, now] = [before, after].map((rfp) => rfp.lines.find((line) => line.number === number) ?? null);
    if (text(old) !== text(now)) found.push({ what: "line", before: old ?? null, after: now ?? null });
    told.add(`lines.${number}`);
  }
  const say = (field: string, diff: RevisionDiff, differs: boolean) => {
    told.add(field);
    if (differs) found.push(diff);
  };
  const moment = (a: string, b: string) => Date.parse(a) !== Date.parse(b);
  say("schedule.bid_deadline", { what: "deadline", before: before.schedule.bid_deadline, after: after.schedule.bid_deadline }, moment(before.schedule.bid_deadline, after.schedule.bid_deadline));
  const [from, to] = [before.delivery.window?.until, after.delivery.window?.until];
  const elsewhere = text(before.delivery.place) !== text(after.delivery.place);
  if (from && to && !elsewhere) say("delivery", { what: "deliver_by", before: from, after: to }, moment(from, to));
  say("payment", { what: "payment", before: before.payment ?? "", after: after.payment ?? "" }, before.payment !== after.payment);
  say("title", { what: "title", before: before.title, after: after.title }, before.title !== after.title);
  say("description", { what: "description", before: before.description, after: after.description }, before.description !== after.description);
  say("schedule.award_by", { what: "award_by", before: before.schedule.award_by, after: after.schedule.award_by }, moment(before.schedule.award_by, after.schedule.award_by));
  for (const field of changed) if (!told.has(field)) found.push({ what: "other", field });
  return found;
}

/** Whether a bid offers another quantity of a line than it was asked for: then it keeps it when the request changes. */
export const ownQuantity = (bid: Bid, line: number): boolean => bid.deviations.some((one) => one.line === line && one.field.startsWith("lines.quantity"));

/** What a bid comes to on a revised request: the same prices for the quantities that are asked now. */
export function reconfirmed(rfp: Rfp, bid: Bid): { total: Money; changed: boolean; unpriced: number[] } {
  const unpriced: number[] = [];
  let changed = false;
  const amounts = rfp.lines.flatMap((line) => {
    const own = bid.lines.find((offer) => offer.line === line.number && offer.offer !== "no_quote");
    if (!own) {
      if (!bid.lines.some((offer) => offer.line === line.number)) unpriced.push(line.number);
      return [];
    }
    const isSame = ownQuantity(bid, line.number) || compareDecimals(parseDecimal(own.quantity.value) ?? { digits: 0n, scale: 0 }, parseDecimal(line.quantity.value) ?? { digits: 0n, scale: 0 }) === 0;
    changed ||= !isSame;
    return isSame ? own.amount : (lineAmount(line.quantity.value, own.price.price, own.price.base_quantity, bid.currency) ?? []);
  });
  const gone = bid.lines.some((own) => own.offer !== "no_quote" && !rfp.lines.some((line) => line.number === own.line));
  return { total: sum([...amounts, ...bid.charges.map((charge) => charge.amount)], bid.currency), changed: changed || gone, unpriced };
}
