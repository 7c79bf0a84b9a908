import { describe, expect, test } from "vitest";
import type { Bid } from "../bindings/Bid";
import type { BidView } from "../bindings/BidView";
import type { RankingView } from "../bindings/RankingView";
import { bestOfLine, bests, columns, labelLines, ofHundred, toCsv } from "./compare";

function bid(id: string, total: string, lines: [number, string][]): BidView {
  const money = (amount: string) => ({ amount, currency: "KRW" });
  const content = { currency: "KRW", charges: [], lines: lines.map(([line, amount]) => ({ line, offer: amount === "" ? "no_quote" : "quoted", amount: money(amount || "0") })) };
  return { row: { bid: id, total: money(total), lead_time_days: null, valid_until: "2026-11-27T06:00:00Z" }, content, findings: [] } as unknown as BidView;
}

describe("bids side by side", () => {
  const [dear, cheap, apart] = [bid("a", "120", [[1, "120"]]), bid("b", "100", [[1, "100"]]), bid("c", "90", [[1, ""]])];
  const side = (views: BidView[], sort: "rank" | "total") => columns(views.map((view) => view.row), new Map(views.map((view) => [view.row.bid, view.content])), ranked, sort);
  const ranked = { ranked: [{ bid: "a", rank: 1, total: { amount: "120", currency: "KRW" } }, { bid: "b", rank: 2, total: { amount: "100", currency: "KRW" } }] } as unknown as RankingView;
  test("the ranking orders them, and those without a place come last", () => {
    expect(side([apart, cheap, dear], "rank").map((column) => column.row.bid)).toEqual(["a", "b", "c"]);
  });
  test("the price orders them when asked to", () => {
    expect(side([dear, cheap, apart], "total").map((column) => column.row.bid)).toEqual(["c", "b", "a"]);
  });
  test("the difference is to the best ranked, which is not always the cheapest", () => {
    const found = side([dear, cheap], "rank").map((column) => column.over?.money.amount);
    expect(found).toEqual(["0", "-20"]);
  });
  test("the lowest price of a line is marked only where two quote it", () => {
    const contents = [dear, cheap, apart].map((view) => view.content as Bid);
    expect([...bestOfLine(contents, 1)]).toEqual([cheap.content]);
    expect(bestOfLine([contents[0] as Bid, contents[2] as Bid], 1).size).toBe(0);
  });
  test("the best of a line is not told before all bids are here", () => {
    const contents = [dear, cheap].map((view) => view.content as Bid);
    expect(bests(contents, 3)(1).size).toBe(0);
    expect([...bests(contents, 2)(1)]).toEqual([cheap.content]);
  });
  test("a bid stands in its column before its content is here", () => {
    const [found] = columns([dear.row], new Map(), null, "rank");
    expect([found?.row.bid, found?.content, found?.total.amount]).toEqual(["a", null, "120"]);
  });
  test("a long label gets more lines, up to four", () => {
    expect([labelLines("Bolts"), labelLines("Rebar SD400, 10 mm, 8 m bars, twelve"), labelLines("가".repeat(100))]).toEqual([2, 3, 4]);
  });
  test("points are told of 100", () => {
    expect([ofHundred("0.66694"), ofHundred("1"), ofHundred("0")]).toEqual(["66.7", "100.0", "0.0"]);
  });
  test("no cell of a table is a formula", () => {
    expect(toCsv([["=1+1", 'a"b', "-5"]])).toBe(`"'=1+1","a""b","-5"`);
  });
});
