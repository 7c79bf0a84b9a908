import type { Bid } from "../bindings/Bid";
import type { BidLine } from "../bindings/BidLine";
import type { BidRow } from "../bindings/BidRow";
import type { ChargeKind } from "../bindings/ChargeKind";
import type { Place } from "../bindings/Place";
import type { RankingView } from "../bindings/RankingView";
import { decimalText, multiply, parseDecimal, rescale, ZERO } from "./decimal";
import { distanceKm } from "./places";
import { compareMoney, difference, sum, type Difference, type Money } from "./money";

/** A bid as a column of the comparison. */
export interface Column {
  row: BidRow;
  /** What it says, once that is here. */
  content: Bid | null;
  /** Place in the ranking; nothing where the bid is listed apart. */
  rank: number | null;
  /** What it costs when compared: the ranking's total, else as stated. */
  total: Money;
  /** More than the best ranked. */
  over: Difference | null;
  /** Kilometres to the place of delivery, where both are known. */
  distance: number | null;
  /** The bid that this one has replaced, and what it said, once that is here. */
  earlier: { row: BidRow; content: Bid | null } | null;
}

/** What a comparison knows beside the bids: where to deliver, and the bid that each seller's newest has replaced. */
export interface Around {
  place?: Place;
  earlier?: ReadonlyMap<string, BidRow>;
}

/** How columns are ordered. */
export type SortBy = "rank" | "total" | "distance" | "lead" | "terms" | "until";

/** How firmly a bid binds, firmest first. */
const FIRMNESS = ["firm", "revocable", "indicative"];

/** Every bid that may be looked at, best first; those listed apart come last. */
export function columns(rows: readonly BidRow[], contents: ReadonlyMap<string, Bid>, ranking: RankingView | null, sort: SortBy, around: Around = {}): Column[] {
  const ranked = new Map(ranking?.ranked.map((row) => [row.bid, row]) ?? []);
  const best = ranking?.ranked[0]?.total ?? null;
  const found = rows.map((row): Column => {
    const own = ranked.get(row.bid);
    const total = own?.total ?? row.total;
    const content = contents.get(row.bid) ?? null;
    const before = around.earlier?.get(row.seller);
    const distance = content && around.place ? distanceKm(content.seller.place, around.place) : null;
    const earlier = before ? { row: before, content: contents.get(before.bid) ?? null } : null;
    return { row, content, distance, earlier, rank: own?.rank ?? null, total, over: best === null ? null : difference(best, total) };
  });
  const last = Number.MAX_SAFE_INTEGER;
  const by: Record<SortBy, (a: Column, b: Column) => number> = {
    rank: (a, b) => (a.rank ?? last) - (b.rank ?? last) || compareMoney(a.total, b.total),
    total: (a, b) => compareMoney(a.total, b.total),
    distance: (a, b) => (a.distance ?? last) - (b.distance ?? last),
    terms: (a, b) => a.row.deviations - b.row.deviations || FIRMNESS.indexOf(a.row.commitment.kind) - FIRMNESS.indexOf(b.row.commitment.kind),
    lead: (a, b) => (a.row.lead_time_days ?? last) - (b.row.lead_time_days ?? last),
    until: (a, b) => b.row.valid_until.localeCompare(a.row.valid_until),
  };
  return found.sort(by[sort]);
}

const byLine = new WeakMap<Bid, ReadonlyMap<number, BidLine>>();

/** What a bid offers for a line; nothing where it does not quote it. */
export function offerFor(bid: Bid, line: number): BidLine | null {
  let known = byLine.get(bid);
  if (!known) {
    known = new Map(bid.lines.filter((own) => own.offer !== "no_quote").map((own) => [own.line, own]));
    byLine.set(bid, known);
  }
  return known.get(line) ?? null;
}

/** The bids with the lowest price of a line, where they ask for the same quantity; none if only one quotes it. */
export function bestOfLine(bids: readonly Bid[], line: number): Set<Bid> {
  const quoted = bids.flatMap((bid) => {
    const found = offerFor(bid, line);
    return found ? [{ bid, amount: found.amount }] : [];
  });
  if (quoted.length < 2) return new Set();
  const lowest = quoted.reduce((a, b) => (compareMoney(b.amount, a.amount) < 0 ? b : a));
  return new Set(quoted.filter((own) => compareMoney(own.amount, lowest.amount) === 0).map((own) => own.bid));
}

/** The best of each line, found when it is asked for; of none before all bids are here, for another might be better. */
export function bests(bids: readonly Bid[], all: number): (line: number) => ReadonlySet<Bid> {
  const known = new Map<number, ReadonlySet<Bid>>();
  const none: ReadonlySet<Bid> = new Set();
  return (line) => {
    if (bids.length < all) return none;
    const found = known.get(line) ?? bestOfLine(bids, line);
    known.set(line, found);
    return found;
  };
}

/** The kinds of charges that any bid has, in the order of the register. */
export function chargeKinds(bids: readonly Bid[]): ChargeKind[] {
  const order: ChargeKind[] = ["freight", "packing", "insurance", "handling", "installation", "other"];
  return order.filter((kind) => bids.some((bid) => bid.charges.some((charge) => charge.kind === kind)));
}

/** What a bid asks for one kind of charge. */
export function chargeOf(bid: Bid, kind: ChargeKind): Money | null {
  const own = bid.charges.filter((charge) => charge.kind === kind);
  return own.length === 0 ? null : sum(own.map((charge) => charge.amount), bid.currency);
}

/** The shortest lead time. */
export function bestLead(columns: readonly Column[]): number | null {
  const known = columns.flatMap((column) => column.row.lead_time_days ?? []);
  return known.length < 2 ? null : Math.min(...known);
}

/** Letters of a label that fit a line of its column, where a Korean or Chinese letter takes the place of two. */
const ACROSS = 17;
/** Lines of a label that are shown, at least as many as price and amount take. */
const [FEWEST, MOST] = [2, 4];

/** How many lines a label is given, so that the heights of rows are known before they are drawn. */
export function labelLines(label: string): number {
  const wide = [...label.slice(0, 200)].reduce((so, letter) => so + (letter > "\u10ff" ? 2 : 1), 0);
  return Math.min(Math.max(Math.ceil((wide * 1.15) / ACROSS), FEWEST), MOST);
}

/** A score or points of the api, 0 to 1, as points of 100 with one digit behind the point. */
export function ofHundred(points: string): string {
  const value = parseDecimal(points) ?? ZERO;
  return decimalText(rescale(multiply(value, { digits: 100n, scale: 0 }), 1));
}

/** Bids as a table for spreadsheets: semicolons never occur in what is written without quotes. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  // A cell that a spreadsheet would take for a formula is written as text.
  const cell = (text: string) => `"${(/^[=+@\t\r-]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  return rows.map((row) => row.map(cell).join(",")).join("\r\n");
}
