import { call, Refusal, type Failure } from "../backend/client";
import { listen, type Line } from "../backend/events";
import type { Event } from "../bindings/Event";
import type { MethodName, Methods } from "../bindings/methods";

type Listener = (event: Event) => void;

class Peer {
  line = $state<Line>("opening");
  readonly #listeners = new Set<Listener>();

  start(): () => void {
    return listen(
      (event) => this.#listeners.forEach((listener) => listener(event)),
      (line) => (this.line = line),
    );
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The peer behind this page. */
export const peer = new Peer();

/** An answer that stays true: it is asked for again when an event touches it. */
export class Live<M extends MethodName> {
  data = $state.raw<Methods[M]["answer"] | null>(null);
  error = $state.raw<Refusal | null>(null);
  loading = $state(true);
  #asked: { method: M; params: Methods[M]["params"] } | null = null;
  #running = false;
  #again = false;
  #key = "";

  /** To be called while a component is set up; `ask` may read state, and asks nothing when it gives nothing. */
  constructor(ask: () => { method: M; params: Methods[M]["params"] } | null, touches: (event: Event) => boolean) {
    $effect(() => {
      const asked = ask();
      this.#asked = asked;
      const key = JSON.stringify(asked);
      if (key !== this.#key) {
        this.#key = key;
        this.data = null;
        this.error = null;
        this.loading = asked !== null;
      }
      if (asked !== null) void this.refresh();
    });
    $effect(() => peer.on((event) => {
      if (event.event === "lagged" || touches(event)) void this.refresh();
    }));
  }

  /** Asks again; several wishes while an answer is on its way become one. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    do {
      this.#again = false;
      await this.#once();
    } while (this.#again);
    this.#running = false;
  }

  async #once(): Promise<void> {
    const key = this.#key;
    const asked = this.#asked;
    if (asked === null) return;
    try {
      const data = await call(asked.method, asked.params);
      if (key === this.#key) [this.data, this.error] = [data, null];
    } catch (error) {
      if (key === this.#key) this.error = refusal(error);
    }
    if (key === this.#key) this.loading = false;
    else this.#again = true;
  }
}

/** Whatever was thrown, as a refusal. */
export function refusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const code: Failure = "internal";
  return new Refusal({ code, reason: null, field: null, message: String(error) });
}

/** A request that a person makes: whether it runs, and why it failed. */
export class Act {
  running = $state(false);
  error = $state.raw<Refusal | null>(null);

  /** Runs; a second press while it runs does nothing. Gives the answer, or nothing if it was refused. */
  async run<M extends MethodName>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["answer"] | null> {
    if (this.running) return null;
    this.running = true;
    this.error = null;
    try {
      return await call(method, params);
    } catch (error) {
      this.error = refusal(error);
      return null;
    } finally {
      this.running = false;
    }
  }
}

/** Whether an event touches a deal. */
export function ofDeal(deal: string | undefined): (event: Event) => boolean {
  return (event) => "deal" in event && event.deal === deal;
}
