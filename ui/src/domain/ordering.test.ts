import { describe, expect, test } from "vitest";
import type { AwardView } from "../bindings/AwardView";
import { choose, chooseLots, leftOf, lineParts, order } from "./ordering";
import { bidFor, rfpFor } from "./testing";

const rfp = rfpFor();
const bid = bidFor();
const award = (quantity: string): AwardView[] => [{ seller: "x", lines: [{ line: 1, quantity }], concluded: true }];

describe("an order", () => {
  test("begins with all that is offered, and comes to what the bid states", () => {
    const whole = order(rfp, [], bid, choose(rfp, [], bid));
    expect([whole.total, whole.partial, whole.fault]).toEqual([bid.total, false, null]);
    expect(lineParts(whole)).toEqual([{ line: 1, quantity: "12" }, { line: 2, quantity: "4" }]);
  });
  test("begins with what others have left", () => {
    expect(leftOf(rfp, award("7.5"), 1)).toBe("4.5");
    expect(choose(rfp, award("12"), bid).map((one) => one.taken)).toEqual([false, true]);
    const rest = order(rfp, award("7"), bid, choose(rfp, award("7"), bid));
    expect([rest.lines[0]?.quantity, rest.total.amount, rest.partial]).toEqual(["5", "5025", true]);
  });
  test("of a part costs that part, rounded once", () => {
    const odd = bidFor(["2000.4", null], "");
    const some = order(rfp, [], odd, [{ line: 1, taken: true, quantity: "3" }]);
    expect(some.total.amount).toBe("6001");
  });
  test("takes no more than is offered or left, and something", () => {
    const one = (quantity: string, awards: AwardView[] = []) => order(rfp, awards, bid, [{ line: 1, taken: true, quantity }]);
    expect(one("13").fault).toBe("offered");
    expect(one("6", award("7")).fault).toBe("left");
    expect(one("0").fault).toBe("quantity");
    expect(one("x").faultLine).toBe(1);
    expect(order(rfp, [], bid, []).fault).toBe("nothing");
  });
  test("leaves optional lines to be chosen, and parts no bid that is all or nothing", () => {
    const optional = rfpFor({ lines: rfp.lines.map((line) => ({ ...line, optional: line.number === 2 })) });
    expect(choose(optional, [], bid).map((one) => one.taken)).toEqual([true, false]);
    const whole = bidFor(["745", "300"], "100", { all_or_nothing: true });
    expect(choose(optional, [], whole).every((one) => one.taken)).toBe(true);
    expect(order(rfp, [], whole, [{ line: 1, taken: true, quantity: "12" }]).fault).toBe("whole");
  });
  test("of one lot brings that lot's charges and the bid-wide ones", () => {
    const lots = rfpFor({ lots: [{ number: 1, title: "a" }, { number: 2, title: "b" }], lines: rfp.lines.map((line) => ({ ...line, lot: line.number })) });
    const charge = (amount: string, lot?: number) => ({ kind: "packing" as const, description: "", amount: { amount, currency: "KRW" }, ...(lot ? { lot } : {}) });
    const offer = bidFor(["745", "300"], "", { charges: [charge("10"), charge("20", 1), charge("40", 2)] });
    const first = order(lots, [], offer, chooseLots(lots, choose(lots, [], offer), [1]));
    expect(first.total.amount).toBe(String(12 * 745 + 10 + 20));
  });
});
