import { describe, expect, test } from "vitest";
import type { DealRow } from "../bindings/DealRow";
import { dueAt, sections } from "./deals";

function row(deal: string, who: "me" | "other" | "nobody", until: string | null, more: Partial<DealRow> = {}): DealRow {
  return { deal, role: "buyer", buyer: "p", rfp: null, title: deal, state: "collecting", turn: { who, until, then: null }, with: [], lead: null, over: false, invited: 0, received: 0, bids: 0, declined: 0, best: null, unread: 0, closes_at: null, updated_at: "2026-11-20T00:00:00Z", created_at: "2026-11-19T00:00:00Z", ...more };
}

describe("the list of deals", () => {
  const rows = [
    row("later", "me", "2026-11-21T00:00:00Z"),
    row("theirs", "other", "2026-11-20T01:00:00Z"),
    row("soon", "me", "2026-11-20T02:00:00Z"),
    row("over", "nobody", null, { state: "awarded" }),
    row("sold", "other", null, { role: "seller", state: "concluded" }),
  ];
  test("what needs me comes first, soonest first", () => {
    const found = sections(rows, "all", "");
    expect(found.mine.map((one) => one.deal)).toEqual(["soon", "later"]);
    expect(found.others.map((one) => one.deal)).toEqual(["theirs", "sold"]);
    expect(found.done.map((one) => one.deal)).toEqual(["over"]);
  });
  test("filters and words narrow it", () => {
    expect(sections(rows, "selling", "").others.map((one) => one.deal)).toEqual(["sold"]);
    expect(sections(rows, "done", "").mine).toEqual([]);
    expect(sections(rows, "all", "SOO").mine.map((one) => one.deal)).toEqual(["soon"]);
  });
  test("the end of bidding is not told of a deal that is past it", () => {
    const closes = { closes_at: "2026-11-20T09:00:00Z" };
    expect(dueAt(row("open", "other", null, closes))).toBe(closes.closes_at);
    expect(dueAt(row("made", "me", null, { ...closes, role: "seller", state: "concluded" }))).toBeNull();
  });
  test("a concluded deal that waits for my signature is not over", () => {
    expect(sections([row("sign", "me", null, { state: "awarded" })], "all", "").mine).toHaveLength(1);
  });
});
