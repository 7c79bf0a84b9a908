import type { Profile } from "../../bindings/Profile";
import { newDraft, type Draft } from "../../domain/draft";

const KEY = "opener.draft";
/** Milliseconds of rest after which a draft is kept. */
const REST = 300;

function begun(profile: Profile): Draft {
  const country = profile.place.country;
  const currency = profile.currencies[0] ?? (country === "KR" ? "KRW" : country === "GB" ? "GBP" : country === "US" ? "USD" : "EUR");
  return newDraft(Date.now(), { ...profile.place }, currency);
}

function kept(fresh: Draft): Draft {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Draft> | null;
    if (!read) return fresh;
    const draft = { ...fresh, ...read };
    // A deadline that has passed while the draft lay there is set anew.
    const late = Date.parse(draft.deadline) <= Date.now();
    return late ? { ...draft, deadline: fresh.deadline, from: fresh.from, until: fresh.until } : draft;
  } catch {
    return fresh;
  }
}

/** The draft that keeps itself, and can be cleared and brought back. */
export class DraftStore {
  draft = $state<Draft>() as Draft;
  cleared = $state.raw<Draft | null>(null);
  readonly #profile: Profile;

  /** To be called while a component is set up. */
  constructor(profile: Profile) {
    this.#profile = profile;
    this.draft = kept(begun(profile));
    $effect(() => {
      const text = JSON.stringify(this.draft);
      const timer = setTimeout(() => localStorage.setItem(KEY, text), REST);
      return () => {
        clearTimeout(timer);
        localStorage.setItem(KEY, text);
      };
    });
  }

  /** A new one, as most people begin it. */
  fresh = (): Draft => begun(this.#profile);

  clear(): void {
    this.cleared = $state.snapshot(this.draft);
    this.draft = begun(this.#profile);
  }

  undo(): void {
    if (this.cleared) this.draft = this.cleared;
    this.cleared = null;
  }

  /** It is sent: the next one begins empty. */
  sent(): void {
    this.draft = begun(this.#profile);
    this.cleared = null;
  }
}
