import { describe, expect, test } from "vitest";
import type { Change } from "../bindings/Change";
import { begin, beginWith, changesOf, diffs, totalWith } from "./terms";
import { bidFor, rfpFor, utcDay, utcEnd } from "./testing";

const asked = rfpFor();
const bid = bidFor(); // 12 × 745 + 4 × 300 + 100 = 10 240
const edit = (change: (edited: ReturnType<typeof begin>) => void): Change[] => {
  const edited = begin(bid, asked, utcDay);
  change(edited);
  return changesOf(bid, asked, edited, utcDay, utcEnd);
};

describe("a counter-offer", () => {
  test("that changes nothing has no changes, however numbers are written", () => {
    expect(edit(() => undefined)).toEqual([]);
    expect(edit((own) => { own.lines[0]!.price = " 745.00 "; own.lines[0]!.quantity = "12.0"; })).toEqual([]);
  });
  test("names only what differs", () => {
    const changes = edit((own) => { own.lines[0]!.price = "730"; own.lines[1]!.days = "2"; own.payment = "60 days"; });
    expect(changes).toEqual([
      { kind: "line", line: 1, price: { price: "730", base_quantity: "1" } },
      { kind: "line", line: 2, lead_time_days: 2 },
      { kind: "payment", payment: "60 days" },
    ]);
  });
  test("tells old and new of each term", () => {
    const changes = edit((own) => { own.lines[0]!.price = "730"; own.deliverBy = "2026-11-26"; });
    expect(diffs(bid, changes)).toMatchObject([
      { term: "price", before: { price: "745" }, after: { price: "730" } },
      { term: "delivery", before: null, after: { window: { until: "2026-11-26T18:00:00.000Z" } } },
    ]);
  });
  test("recomputes the total from prices, quantities and charges", () => {
    expect(totalWith(bid, [])).toEqual(bid.total);
    expect(totalWith(bid, edit((own) => { own.lines[0]!.price = "730"; })).amount).toBe("10060");
    expect(totalWith(bid, edit((own) => { own.lines[0]!.quantity = "10"; })).amount).toBe("8750");
    expect(totalWith(bid, edit((own) => { own.charges[0] = "40"; })).amount).toBe("10180");
    expect(totalWith(bid, edit((own) => { own.freight = "60"; })).amount).toBe("10300");
  });
  test("takes a charge away when it is taken to nothing", () => {
    const changes = edit((own) => { own.charges[0] = "0"; });
    expect(changes).toEqual([{ kind: "remove_charge", index: 0 }]);
    expect(totalWith(bid, changes).amount).toBe("10140");
    expect(edit((own) => { own.charges[0] = ""; })).toEqual(changes);
  });
  test("leaves a price that is no number, or below zero, as it was", () => {
    expect(edit((own) => { own.lines[0]!.price = "cheap"; })).toEqual([]);
    expect(edit((own) => { own.lines[0]!.price = "-1"; })).toEqual([]);
  });
  test("a window that would end before it begins begins when it ends", () => {
    const [change] = edit((own) => { own.deliverBy = "2026-11-22"; });
    expect(change).toMatchObject({ delivery: { window: { from: "2026-11-22T18:00:00.000Z", until: "2026-11-22T18:00:00.000Z" } } });
  });
});

test("what the other side proposed is taken up as it is, charges in their places", () => {
  const asked = rfpFor();
  for (const [freight, wanted] of [["100", { charges: ["0"], freight: "" }], ["", { charges: [], freight: "80" }]] as const) {
    const bid = bidFor(["745", "300"], freight);
    const price = { kind: "line" as const, line: 1, price: { price: "700", base_quantity: "1" } };
    const charge = { kind: "freight" as const, description: "", amount: { amount: "80", currency: "KRW" } };
    const changes: Change[] = [price, freight ? { kind: "remove_charge", index: 0 } : { kind: "add_charge", charge }];
    const edited = beginWith(bid, changes, asked, utcDay);
    expect(edited).toMatchObject({ ...wanted, lines: [{ price: "700" }, { price: "300" }] });
    expect(changesOf(bid, asked, edited, utcDay, utcEnd)).toEqual(changes);
  }
});
