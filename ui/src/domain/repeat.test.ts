import { expect, test } from "vitest";
import type { Rfp } from "../bindings/Rfp";
import { newDraft } from "./draft";
import { reopen, repeat } from "./repeat";

const now = Date.parse("2026-11-20T10:00:00Z");
const criterion = (measure: string, weight: string) => ({ name: measure, measure, weight, direction: "min", best: "0", worst: "10", knock_out: false });
const rfp = (criteria: unknown[]) =>
  ({
    title: "Rebar", description: "as before", currencies: ["KRW"], delivery: { place: { country: "KR", locality: "인천" } }, incoterm: { rule: "exw", place: "x", year: 2020 },
    payment: null, rules: { validity: 7 * 86_400_000, commitment: "revocable", partial: false, tax_basis: "net" }, criteria, disclosure: "full", attachments: [],
    lines: [{ number: 1, name: "Rebar", description: "", quantity: { value: "12", unit: "TNE" }, categories: [{ scheme: "CPV", code: "14622000-7" }], properties: [], optional: false }],
  }) as unknown as Rfp;

test("the same is asked for again, from now on", () => {
  const draft = repeat(rfp([criterion("total", "70"), criterion("lead_time_days", "30")]), now);
  expect(draft.lines).toEqual([{ name: "Rebar", category: "CPV 14622000-7", quantity: "12", unit: "TNE" }]);
  expect([draft.validity, draft.commitment, draft.incoterm, draft.payment, draft.partial]).toEqual([7, "revocable", "EXW", "", false]);
  expect(Date.parse(draft.deadline)).toBeGreaterThan(now);
  expect(draft.criteria.reduce((so, one) => so + one.weight, 0)).toBe(100);
});

test("weights that would not add to 100 without an unknown criterion are as at first", () => {
  const draft = repeat(rfp([criterion("total", "50"), criterion("answer", "50")]), now);
  expect(draft.criteria.reduce((so, one) => so + one.weight, 0)).toBe(100);
});

test("what the buyer judges is asked for again under its name", () => {
  const draft = repeat(rfp([criterion("total", "50"), { ...criterion("assessment", "50"), name: "Workmanship" }]), now);
  expect(draft.criteria.find((one) => one.measure === "assessment")).toMatchObject({ name: "Workmanship", weight: 50 });
});

test("a kept form opens with new moments where its own have passed, and a damaged one is new", () => {
  const fresh = newDraft(now, { country: "KR", locality: "인천" }, "KRW");
  const old = { ...fresh, title: "Tape", deadline: "2026-01-01T00:00:00Z" };
  expect(reopen(old, fresh, now)).toEqual({ ...fresh, title: "Tape" });
  for (const form of [null, 3, "x", { lines: 4 }, { criteria: null }]) expect(reopen(form, fresh, now)).toEqual(fresh);
});
