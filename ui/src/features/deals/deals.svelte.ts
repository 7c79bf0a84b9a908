import { call, type Refusal } from "../../backend/client";
import type { DealList } from "../../bindings/DealList";
import type { DealRow } from "../../bindings/DealRow";
import type { DealFilter } from "../../domain/deals";
import { Live, peer, refusal } from "../../shared/peer.svelte";

/** Deals asked for at first, and by every scroll to the end. */
const PAGE = 100;
/** The most that one answer holds. */
const MOST = 1000;
/** Milliseconds of rest while a search is typed. */
const REST = 150;

interface Part {
  rows: readonly DealRow[];
  /** There are no more. */
  whole: boolean;
}
const NONE: Part = { rows: [], whole: false };

/** How many deals there are of each sort, kept true by events. */
export const totals = (): Live<"deal.count"> =>
  new Live(() => ({ method: "deal.count", params: {} }), (event) => event.event === "deal" || event.event === "notice");

/** The deals as pages: those that go on, then those that are over; more of them as somebody scrolls. */
export class Deals {
  filter = $state<DealFilter>("all");
  words = $state("");
  open = $state.raw<Part>(NONE);
  over = $state.raw<Part>(NONE);
  /** Whether anything has been answered yet. */
  known = $state(false);
  error = $state.raw<Refusal | null>(null);
  #wanted = PAGE;
  #running = false;
  #again = false;

  /** To be called while a component is set up. */
  constructor() {
    let first = true;
    $effect(() => {
      void [this.filter, this.words];
      this.#wanted = PAGE;
      const timer = setTimeout(() => void this.refresh(), first ? 0 : REST);
      first = false;
      return () => clearTimeout(timer);
    });
    $effect(() => peer.on((event) => {
      if (event.event === "lagged" || event.event === "deal" || event.event === "notice") void this.refresh();
    }));
  }

  /** Those that are here, in the order of the list. */
  get rows(): DealRow[] {
    return [...this.open.rows, ...this.over.rows];
  }

  /** Somebody is near the end of what is here. */
  more(): void {
    if (this.#running || (this.open.whole && this.over.whole) || this.rows.length < this.#wanted) return;
    this.#wanted += PAGE;
    void this.refresh();
  }

  /** Asks again for all that is here; several wishes while an answer is on its way become one. */
  async refresh(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#again) {
      this.#again = false;
      try {
        await this.#ask();
        this.error = null;
      } catch (error) {
        this.error = refusal(error);
      }
    }
    this.#running = false;
  }

  async #ask(): Promise<void> {
    const search = this.words.trim().slice(0, 60);
    const query: DealList = {
      ...(this.filter === "buying" ? { role: "buyer" } : this.filter === "selling" ? { role: "seller" } : {}),
      ...(search ? { search } : {}),
    };
    const open = this.filter === "done" ? { rows: [], whole: true } : await pages({ ...query, over: false }, this.#wanted);
    const over = open.whole ? await pages({ ...query, over: true }, Math.max(this.#wanted - open.rows.length, 1)) : NONE;
    [this.open, this.over, this.known] = [open, over, true];
  }
}

/** So many rows of a list, in as many answers as it takes. */
async function pages(query: DealList, wanted: number): Promise<Part> {
  const rows: DealRow[] = [];
  while (rows.length < wanted) {
    const limit = Math.min(wanted - rows.length, MOST);
    const after = rows.at(-1)?.deal;
    const page = await call("deal.list", { ...query, limit, ...(after ? { after } : {}) });
    rows.push(...page);
    if (page.length < limit) return { rows, whole: true };
  }
  return { rows, whole: false };
}
