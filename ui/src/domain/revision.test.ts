import { describe, expect, test } from "vitest";
import { movedDeadline, reconfirmed, revise, revised, revisionDiffs } from "./revision";
import { bidFor, rfpFor, utcDay, utcEnd } from "./testing";

const rfp = rfpFor();
const early = Date.parse("2026-11-20T01:00:00Z");

describe("a revision", () => {
  test("that changes nothing is the same request", () => {
    const same = revised(rfp, revise(rfp, utcDay), early, utcDay, utcEnd);
    expect(revisionDiffs(rfp, same)).toEqual([]);
  });
  test("moves the deadline by the printed rule when little is left, and never earlier", () => {
    const late = Date.parse("2026-11-20T06:30:00Z");
    expect(movedDeadline(rfp, rfp.schedule.bid_deadline, early)).toBe("2026-11-20T07:00:00.000Z");
    expect(movedDeadline(rfp, rfp.schedule.bid_deadline, late)).toBe("2026-11-20T07:31:00.000Z");
    expect(movedDeadline(rfp, "2026-11-20T06:00:00Z", late)).toBe("2026-11-20T07:31:00.000Z");
    expect(movedDeadline(rfp, "2026-11-21T06:00:00Z", late)).toBe("2026-11-21T06:00:00.000Z");
  });
  test("leaves a minute to sign in, so that the rule holds at the moment of signing", () => {
    const late = Date.parse("2026-11-20T06:30:20Z");
    const least = late + 60_000 + rfp.rules.extension;
    expect(Date.parse(movedDeadline(rfp, rfp.schedule.bid_deadline, late))).toBeGreaterThanOrEqual(least);
  });
  test("takes the time to choose along with the deadline", () => {
    const after = revised(rfp, { ...revise(rfp, utcDay), deadline: "2026-11-20T09:00:00Z" }, early, utcDay, utcEnd);
    expect(after.schedule.award_by).toBe("2026-11-27T09:00:00.000Z");
  });
  test("tells lines that change, come and go, and every other field", () => {
    const edited = revise(rfp, utcDay);
    edited.lines[0]!.quantity = "14";
    edited.lines[1]!.gone = true;
    edited.lines.push({ number: 3, name: "Table", quantity: "2", unit: "H87", gone: false });
    edited.payment = "60 days";
    edited.deliverBy = "2026-11-30";
    const after = revised(rfp, edited, early, utcDay, utcEnd);
    expect(revisionDiffs(rfp, after, ["lines.1", "rules.partial"])).toMatchObject([
      { what: "line", before: { quantity: { value: "12" } }, after: { quantity: { value: "14" } } },
      { what: "line", before: { name: "Stool" }, after: null },
      { what: "line", before: null, after: { name: "Table" } },
      { what: "deliver_by", after: "2026-11-30T18:00:00.000Z" },
      { what: "payment", before: "30 days", after: "60 days" },
      { what: "other", field: "rules.partial" },
    ]);
  });
});

describe("a bid on a revised request", () => {
  test("keeps its prices and takes the new quantities", () => {
    const more = rfpFor({ lines: rfp.lines.map((line) => ({ ...line, quantity: { ...line.quantity, value: line.number === 1 ? "14" : "4" } })) });
    expect(reconfirmed(rfp, bidFor())).toMatchObject({ total: { amount: "10240" }, changed: false, unpriced: [] });
    expect(reconfirmed(more, bidFor())).toMatchObject({ total: { amount: "11730" }, changed: true });
  });
  test("keeps a quantity of its own", () => {
    const more = rfpFor({ lines: rfp.lines.map((line) => ({ ...line, quantity: { ...line.quantity, value: "14" } })) });
    const part = bidFor(["745", "300"], "100", { deviations: [{ field: "lines.quantity", line: 1, offered: "12 H87" }] });
    expect(reconfirmed(more, part).total.amount).toBe(String(12 * 745 + 14 * 300 + 100));
  });
  test("says which lines it has no price for", () => {
    const added = rfpFor({ lines: [...rfp.lines, { ...rfp.lines[0]!, number: 3 }] });
    expect(reconfirmed(added, bidFor()).unpriced).toEqual([3]);
  });
});
