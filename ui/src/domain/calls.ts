import type { CallEnd } from "../bindings/CallEnd";
import type { CallView } from "../bindings/CallView";
import type { HistoryView } from "../bindings/HistoryView";

/** How a connection is, as a person would say. */
export type Goodness = "good" | "fair" | "poor";

/** Bits a second that the path must carry: below the first a face is a smear, below the second it is small. */
const POOR_BITS = 150_000;
const FAIR_BITS = 500_000;
/** Packets of a thousand that never came: above the first one sees it, above the second one waits. */
const FAIR_LOSS = 20;
const POOR_LOSS = 80;
/** Milliseconds that sound waits: above, people begin to talk over each other. */
const FAIR_DELAY = 250;

/** What the figures of the path and the delay of the sound come to. */
export function goodness(quality: CallView["quality"], delay: number): Goodness | null {
  if (quality === null) return null;
  const { estimate_bps: bits, lost_permille: lost } = quality;
  // Nothing is estimated before something was sent.
  const known = bits > 0;
  if ((known && bits < POOR_BITS) || lost >= POOR_LOSS) return "poor";
  return (known && bits < FAIR_BITS) || lost >= FAIR_LOSS || delay > FAIR_DELAY ? "fair" : "good";
}

/** How long a call lasts, as a clock counts: `04:12`, `1:04:12`. */
export function spanClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Where the dialogue of a call is: the buyer talks with one of several sellers, a seller with the buyer. */
export const pathOf = (call: Pick<CallView, "deal" | "seller" | "with">): string =>
  call.with === call.seller ? `/deals/${call.deal}/${call.seller}` : `/deals/${call.deal}`;

/** What became of a call, as the side that looks at it would say. */
export type Outcome = "took_place" | "missed" | "no_answer" | "cancelled" | "declined_by_me" | "declined" | "busy_here" | "busy" | "crossed" | "failed";

/**
 * What the end of a call tells. Only the caller gives up; only the one called declines, or is busy. That nobody answered either may
 * say first, so there it counts whose call it was.
 */
export function outcomeOf(end: Pick<CallEnd, "reason" | "connected_at">, mine: boolean, called: boolean = mine): Outcome {
  if (end.connected_at !== undefined) return "took_place";
  switch (end.reason) {
    case "no_answer": return called ? "no_answer" : "missed";
    case "cancelled": return mine ? "cancelled" : "missed";
    case "declined": return mine ? "declined_by_me" : "declined";
    case "busy": return mine ? "busy_here" : "busy";
    case "crossed": return "crossed";
    default: return "failed";
  }
}

const endOf = (document: HistoryView): CallEnd | null => (document.said?.kind === "call_end" ? document.said : null);

const kindOf = (document: HistoryView): string => document.kind.replaceAll("_", "-");

/** Whether we made the call that this document ends: whose offer came last before it. Without an offer it was never heard of here. */
export function calledBefore(documents: readonly HistoryView[], end: string): boolean {
  const at = documents.findIndex((one) => one.document === end);
  const offer = documents.slice(0, Math.max(at, 0)).findLast((one) => kindOf(one) === "call-offer" && one.void === null);
  return offer?.mine ?? false;
}

/**
 * Of the documents of calls those that a person wants to see: how each call ended, once, and the offer of one that runs. Both
 * sides may end a call at the same moment; the end of two calls that crossed tells nothing that the call that stands does not.
 */
export function withCalls(documents: readonly HistoryView[]): HistoryView[] {
  const told = new Set<string>();
  const lastOffer = documents.findLastIndex((one) => kindOf(one) === "call-offer" && one.void === null);
  const ended = documents.findLastIndex((one) => endOf(one) !== null && endOf(one)?.reason !== "crossed") > lastOffer;
  return documents.filter((one, index) => {
    if (kindOf(one) === "call-offer") return index === lastOffer && !ended;
    const end = endOf(one);
    if (end === null) return true;
    if (told.has(end.call) || end.reason === "crossed") return false;
    told.add(end.call);
    return true;
  });
}
