import { call } from "../../backend/client";
import type { Bid } from "../../bindings/Bid";
import type { BidRow } from "../../bindings/BidRow";
import type { BidView } from "../../bindings/BidView";
import type { DealView } from "../../bindings/DealView";

/** Bids that are in the running: the newest of each seller, unless it is over. */
export function current(deal: DealView): BidRow[] {
  return deal.dialogues.flatMap((dialogue) => dialogue.bids.filter((row) => row.state !== "superseded" && row.state !== "over").slice(0, 1));
}

/** The contents of bids. A signed bid never changes, so each is asked for once. */
export class Contents {
  found = $state.raw<ReadonlyMap<string, Bid>>(new Map());
  readonly #asked = new Set<string>();

  constructor(rows: () => readonly BidRow[]) {
    $effect(() => {
      for (const row of rows()) {
        if (this.#asked.has(row.bid)) continue;
        this.#asked.add(row.bid);
        void this.#ask(row);
      }
    });
  }

  async #ask(row: BidRow): Promise<void> {
    try {
      const view = await call("bid.show", { deal: row.deal, bid: row.bid });
      this.found = new Map(this.found).set(row.bid, view.content);
    } catch {
      this.#asked.delete(row.bid);
    }
  }

  /** The bids whose content is here. */
  views(rows: readonly BidRow[]): BidView[] {
    return rows.flatMap((row) => {
      const content = this.found.get(row.bid);
      return content ? [{ row, content, findings: [] }] : [];
    });
  }
}
