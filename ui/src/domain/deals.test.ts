import { describe, expect, test } from "vitest";
import type { DealRow } from "../bindings/DealRow";
import { dueAt, isShort, turns } from "./deals";

function row(deal: string, who: "me" | "other" | "nobody", until: string | null, more: Partial<DealRow> = {}): DealRow {
  return { deal, role: "buyer", buyer: "p", rfp: null, title: deal, state: "collecting", turn: { who, until, then: null }, with: [], lead: null, over: false, invited: 0, received: 0, bids: 0, declined: 0, best: null, unread: 0, closes_at: null, updated_at: "2026-11-20T00:00:00Z", created_at: "2026-11-19T00:00:00Z", ...more };
}

describe("the list of deals", () => {
  test("what needs me comes first, in the order of the peer", () => {
    const rows = [row("soon", "me", "2026-11-20T02:00:00Z"), row("theirs", "other", null), row("later", "me", "2026-11-21T00:00:00Z")];
    const found = turns(rows);
    expect(found.mine.map((one) => one.deal)).toEqual(["soon", "later"]);
    expect(found.others.map((one) => one.deal)).toEqual(["theirs"]);
  });
  test("the end of bidding is not told of a deal that is past it", () => {
    const closes = { closes_at: "2026-11-20T09:00:00Z" };
    expect(dueAt(row("open", "other", null, closes))).toBe(closes.closes_at);
    expect(dueAt(row("made", "me", null, { ...closes, role: "seller", state: "concluded" }))).toBeNull();
  });
  test("a row without a moment to wait for is short", () => {
    expect(isShort(row("open", "other", null))).toBe(true);
    expect(isShort(row("soon", "me", "2026-11-20T02:00:00Z"))).toBe(false);
    expect(isShort(row("over", "nobody", "2026-11-20T02:00:00Z", { over: true }))).toBe(true);
  });
});
