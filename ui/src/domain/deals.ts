import type { DealRow } from "../bindings/DealRow";
import type { DealState } from "../bindings/DealState";

/** What the list shows. */
export type DealFilter = "all" | "buying" | "selling" | "done";

/** The parts of the list, in this order. */
export interface Sections {
  mine: DealRow[];
  others: DealRow[];
  done: DealRow[];
}

const OVER: ReadonlySet<DealState> = new Set<DealState>([
  "awarded", "partly_awarded", "no_award", "cancelled", "expired", "reported", "declined", "withdrawn", "refused",
  "not_chosen", "lapsed_undelivered", "lapsed_silent", "lapsed_expired", "lapsed_unanswered",
]);

/** Whether nothing more is to be done. */
export function isOver(row: DealRow): boolean {
  return row.turn.who !== "me" && OVER.has(row.state);
}

const BIDDING: ReadonlySet<DealState> = new Set<DealState>(["issued", "collecting", "delivered", "engaged", "bid_standing", "needs_reconfirm"]);

/** When a deal wants attention: the turn's end, else the end of bidding while there is bidding. */
export function dueAt(row: DealRow): string | null {
  return row.turn.until ?? (BIDDING.has(row.state) ? row.closes_at : null);
}

/** Whether its row has no time bar. */
export function isShort(row: DealRow): boolean {
  return isOver(row) || dueAt(row) === null;
}

function soonest(a: DealRow, b: DealRow): number {
  const [x, y] = [dueAt(a), dueAt(b)];
  if (x === y) return b.updated_at.localeCompare(a.updated_at);
  if (x === null || y === null) return x === null ? 1 : -1;
  return Date.parse(x) - Date.parse(y);
}

/** Whether a row is asked for. */
export function isShown(row: DealRow, filter: DealFilter, words: string): boolean {
  const found = words.trim() === "" || row.title.toLowerCase().includes(words.trim().toLowerCase());
  if (!found) return false;
  if (filter === "done") return isOver(row);
  if (filter === "buying") return row.role === "buyer";
  return filter === "selling" ? row.role === "seller" : true;
}

/** Needs me first, soonest first; then what others must do; then what is done, newest first. */
export function sections(rows: readonly DealRow[], filter: DealFilter, words: string): Sections {
  const shown = rows.filter((row) => isShown(row, filter, words));
  const done = shown.filter(isOver).sort((a, b) => b.updated_at.localeCompare(a.updated_at));
  const open = shown.filter((row) => !isOver(row)).sort(soonest);
  return {
    mine: open.filter((row) => row.turn.who === "me"),
    others: open.filter((row) => row.turn.who !== "me"),
    done,
  };
}
