import type { Editing } from "./editing";

const KEY = "opener.bid.";

/** A bid that was begun for a revision of a request; one for an earlier revision is not taken up again. */
export function keptDraft(deal: string, revision: number): Editing | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY + deal) ?? "null") as { revision: number; editing: Editing } | null;
    return kept?.revision === revision && Array.isArray(kept.editing.lines) && Array.isArray(kept.editing.charges) ? kept.editing : null;
  } catch {
    return null;
  }
}

export function keepDraft(deal: string, revision: number, editing: Editing): void {
  localStorage.setItem(KEY + deal, JSON.stringify({ revision, editing }));
}

export function dropDraft(deal: string): void {
  localStorage.removeItem(KEY + deal);
}
