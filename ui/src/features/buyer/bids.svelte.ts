import { call } from "../../backend/client";
import type { Bid } from "../../bindings/Bid";
import type { BidRow } from "../../bindings/BidRow";
import type { BidView } from "../../bindings/BidView";
import type { DealView } from "../../bindings/DealView";

/** Bids that are in the running, or were until another was chosen: the newest of each seller. */
export function current(deal: DealView): BidRow[] {
  return deal.dialogues.flatMap((dialogue) => dialogue.bids.filter((row) => row.state !== "superseded" && (row.state !== "over" || dialogue.state === "not_chosen")).slice(0, 1));
}

/** The bid that each seller's newest has replaced. */
export function earlier(deal: DealView): Map<string, BidRow> {
  return new Map(deal.dialogues.flatMap((dialogue) => {
    const before = dialogue.bids.find((row) => row.state === "superseded");
    return before ? [[dialogue.seller, before] as const] : [];
  }));
}

/** Requests for contents that are under way at once: more would keep other questions waiting. */
const AT_ONCE = 6;

/** The contents of bids, the first wanted first. A signed bid never changes, so each is asked for once. */
export class Contents {
  found = $state.raw<ReadonlyMap<string, Bid>>(new Map());
  readonly #asked = new Set<string>();
  #waiting: readonly BidRow[] = [];
  #running = false;

  constructor(rows: () => readonly BidRow[]) {
    $effect(() => {
      this.#waiting = rows().filter((row) => !this.#asked.has(row.bid));
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    // Shown at once while there are few, then in steps that double: each step draws the whole comparison anew.
    let fresh: BidView[] = [];
    while (this.#waiting.length > 0) {
      const now = this.#waiting.slice(0, AT_ONCE);
      this.#waiting = this.#waiting.slice(AT_ONCE);
      now.forEach((row) => this.#asked.add(row.bid));
      const views = await Promise.all(now.map((row) => call("bid.show", { deal: row.deal, bid: row.bid }).catch(() => this.#failed(row))));
      fresh.push(...views.filter((view) => view !== null));
      if (fresh.length < this.found.size && this.#waiting.length > 0) continue;
      this.found = new Map([...this.found, ...fresh.map((view) => [view.row.bid, view.content] as const)]);
      fresh = [];
    }
    this.#running = false;
  }

  #failed(row: BidRow): null {
    this.#asked.delete(row.bid);
    return null;
  }
}
