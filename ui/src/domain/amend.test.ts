import { describe, expect, test } from "vitest";
import type { Order } from "../bindings/Order";
import type { OrderView } from "../bindings/OrderView";
import { beginChange, changeOf, orderDiffs, standingOrder, withChange } from "./amend";
import { bidFor, rfpFor, utcDay, utcEnd } from "./testing";

const bid = bidFor();
const order: Order = {
  bid: "b", lines: bid.lines.map((line) => ({ line: line.line, quantity: line.quantity, price: line.price, amount: line.amount })), charges: bid.charges,
  total: bid.total, delivery: rfpFor().delivery, incoterm: null, payment: null, answer_by: "2026-11-21T00:00:00Z", grace: 60_000, release_after: "2026-11-22T00:00:00Z", disclosure: "prices",
};
const begin = () => beginChange(order, utcDay);

describe("a change of an order", () => {
  test("changes nothing until something is changed", () => {
    expect(changeOf(order, begin(), utcDay, utcEnd)).toBeNull();
    const spelled = begin();
    spelled.lines[0]!.quantity = "12.0";
    expect(changeOf(order, spelled, utcDay, utcEnd)).toBeNull();
  });
  test("says only what changes, and what it comes to", () => {
    const changing = begin();
    changing.lines[0]!.quantity = "10";
    changing.lines[1]!.price = "280";
    const change = changeOf(order, changing, utcDay, utcEnd);
    expect(change?.lines).toEqual([{ line: 1, quantity: "10" }, { line: 2, price: { price: "280", base_quantity: "1" } }]);
    const after = withChange(order, change!);
    expect(after.total.amount).toBe("8670");
    expect(orderDiffs(order, after).map((diff) => diff.term)).toEqual(["line", "line"]);
  });
  test("takes a line out by nothing of it, and refuses what is no number", () => {
    const changing = begin();
    changing.lines[1]!.quantity = "0";
    const after = withChange(order, changeOf(order, changing, utcDay, utcEnd)!);
    expect(after.lines.map((line) => line.line)).toEqual([1]);
    expect(orderDiffs(order, after)).toMatchObject([{ term: "line", line: 2, after: null }]);
    for (const wrong of ["", "-1", "ten"]) {
      changing.lines[1]!.quantity = wrong;
      expect(changeOf(order, changing, utcDay, utcEnd), wrong).toBeNull();
    }
  });
  test("moves the day of delivery and never ends before it begins", () => {
    const changing = begin();
    changing.deliverBy = "2026-11-22";
    const window = changeOf(order, changing, utcDay, utcEnd)?.delivery?.window;
    expect(window).toEqual({ from: "2026-11-22T18:00:00.000Z", until: "2026-11-22T18:00:00.000Z" });
  });
});

test("an order stands as its accepted answer says", () => {
  const line = { line: 1, status: "changed" as const, quantity: "5", price: { price: "700", base_quantity: "1" }, window: null, remark: "" };
  const response = { response: "r", at: "2026-11-20T00:00:00Z", outcome: "changed" as const, lines: [line, { ...line, quantity: "4" }, { ...line, line: 2, status: "refused" as const }], remark: "" };
  const confirmation = { ...response, outcome: "accepted" as const };
  const view = { content: order, response, confirmation, changed: null } as unknown as OrderView;
  expect(standingOrder(view).lines).toMatchObject([{ line: 1, quantity: { value: "9" }, amount: { amount: "6300" } }]);
  expect(standingOrder({ ...view, confirmation: null })).toEqual(order);
  expect(standingOrder({ ...view, changed: { ...order, lines: [] } }).lines).toEqual([]);
});
