import { call } from "../../backend/client";
import type { DealRow } from "../../bindings/DealRow";
import type { DealView } from "../../bindings/DealView";
import { isOver } from "../../domain/deals";
import { Live } from "../../shared/peer.svelte";

/** Deals that the list asks for: the most that one answer holds. */
const LIMIT = 1000;
/** All deals, kept true by events. */
export function deals(): Live<"deal.list"> {
  return new Live(
    () => ({ method: "deal.list", params: { limit: LIMIT } }),
    (event) => event.event === "deal" || event.event === "notice",
  );
}

/** What the list tells beyond the row: names and counts of the open deals, asked for once a change. */
export class Details {
  found = $state.raw<ReadonlyMap<string, DealView>>(new Map());
  readonly #seen = new Map<string, string>();

  constructor(rows: () => readonly DealRow[]) {
    $effect(() => {
      const wanted = rows().filter((row) => !isOver(row));
      for (const row of wanted) {
        if (this.#seen.get(row.deal) === row.updated_at) continue;
        this.#seen.set(row.deal, row.updated_at);
        void this.#ask(row.deal);
      }
    });
  }

  async #ask(deal: string): Promise<void> {
    try {
      const view = await call("deal.show", { deal });
      this.found = new Map(this.found).set(deal, view);
    } catch {
      this.#seen.delete(deal);
    }
  }
}
