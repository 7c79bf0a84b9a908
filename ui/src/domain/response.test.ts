import { describe, expect, test } from "vitest";
import type { Order } from "../bindings/Order";
import { against, answers, beside, deliveries, parts, split, totalOf } from "./response";
import { bidFor, rfpFor, utcEnd } from "./testing";

const bid = bidFor();
const order: Order = {
  bid: "b", lines: bid.lines.map((line) => ({ line: line.line, quantity: line.quantity, price: line.price, amount: line.amount })), charges: bid.charges,
  total: bid.total, delivery: rfpFor().delivery, incoterm: null, payment: null, answer_by: "2026-11-21T00:00:00Z", grace: 60_000, release_after: "2026-11-22T00:00:00Z", disclosure: "prices",
};

describe("the answer to an order, line by line", () => {
  test("begins as ordered and comes to the same", () => {
    expect(totalOf(order, parts(order))).toEqual(order.total);
    expect(answers(order, parts(order), utcEnd, utcEnd)).toEqual([{ line: 1, status: "accepted" }, { line: 2, status: "accepted" }]);
  });
  test("splits a line into two deliveries that are the whole", () => {
    const two = split(parts(order), 0);
    expect(two.map((part) => [part.line, part.quantity])).toEqual([[1, "6"], [1, "6"], [2, "4"]]);
    expect([deliveries(two, 1), against(order, two, 1), totalOf(order, two).amount]).toEqual([2, 0, order.total.amount]);
    two[0]!.from = two[0]!.until = "2026-11-25";
    expect(answers(order, two, utcEnd, utcEnd)[0]).toMatchObject({ status: "changed", quantity: "6", window: { until: "2026-11-25T18:00:00.000Z" } });
  });
  test("splits odd and broken quantities without losing any", () => {
    const odd = (value: string) => split([{ ...parts(order)[0]!, quantity: value }], 0).map((part) => part.quantity);
    expect([odd("7"), odd("1"), odd("2.5")]).toEqual([["4", "3"], ["0.5", "0.5"], ["1.25", "1.25"]]);
  });
  test("knows less and more than was ordered, and what it comes to", () => {
    const own = parts(order);
    Object.assign(own[0]!, { status: "changed", quantity: "10", price: "750" });
    expect([against(order, own, 1), totalOf(order, own).amount]).toEqual([-1, "8800"]);
    own[0]!.quantity = "13";
    expect(against(order, own, 1)).toBe(1);
    own[0]!.status = "refused";
    expect(totalOf(order, own).amount).toBe("1300");
  });
  test("tells in a signed answer what differs from the order", () => {
    const line = { line: 1, status: "changed" as const, quantity: "10", price: { price: "745.0", base_quantity: "1" }, remark: "" };
    expect(beside(order, [line])[0]).toMatchObject({ quantityChanged: true, priceChanged: false });
  });
});
