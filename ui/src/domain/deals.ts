import type { DealRow } from "../bindings/DealRow";
import type { DealState } from "../bindings/DealState";

/** What the list shows. */
export type DealFilter = "all" | "buying" | "selling" | "done";

const BIDDING: ReadonlySet<DealState> = new Set<DealState>(["issued", "collecting", "delivered", "engaged", "bid_standing", "needs_reconfirm"]);

/** When a deal wants attention: the turn's end, else the end of bidding while there is bidding. */
export function dueAt(row: DealRow): string | null {
  return row.turn.until ?? (BIDDING.has(row.state) ? row.closes_at : null);
}

/** Whether its row has no time bar. */
export function isShort(row: DealRow): boolean {
  return row.over || dueAt(row) === null;
}

/** What waits for the person here, and what waits for others. The peer gives them soonest first, and so they stay. */
export function turns(rows: readonly DealRow[]): { mine: DealRow[]; others: DealRow[] } {
  return { mine: rows.filter((row) => row.turn.who === "me"), others: rows.filter((row) => row.turn.who !== "me") };
}
