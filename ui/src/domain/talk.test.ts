import { expect, test } from "vitest";
import type { Profile } from "../bindings/Profile";
import { asHere } from "./copy";
import { fits } from "./fit";
import { openQuestions } from "./questions";
import { bidFor, rfpFor } from "./testing";

test("a question is open until an answer repeats its words, or is known to be its", () => {
  const asked = [{ question: "q1", seller: "s", seller_name: null, line: 1, text: "Which  colour?", at: "2026-11-20T01:00:00Z", answer: null }, { question: "q2", seller: "s", seller_name: null, line: null, text: "Stairs?", at: "2026-11-20T01:00:00Z", answer: null }];
  const said = { answer: "a", line: 1, question: "which colour?", text: "Grey.", at: "2026-11-20T02:00:00Z" };
  expect(openQuestions(asked, [said]).map((one) => one.question)).toEqual(["q2"]);
  expect(openQuestions(asked.map((one) => (one.question === "q2" ? { ...one, answer: "b" } : one)), [{ ...said, at: "2026-11-20T00:00:00Z" }]).map((one) => one.question)).toEqual(["q1"]);
});

test("a request fits a listing by its words, else by a category that holds it", () => {
  const profile = { words: "Office chairs, desks 의자 책상", categories: [{ scheme: "CPV", code: "39" }] } as unknown as Profile;
  expect(fits(profile, rfpFor({ title: "사무용 의자 24" }))).toEqual(["의자"]);
  const [line] = rfpFor().lines;
  expect(fits(profile, rfpFor({ title: "Seats", lines: [{ ...line!, categories: [{ scheme: "CPV", code: "39112000" }] }] }))).toEqual(["CPV 39"]);
  expect(fits(profile, rfpFor({ title: "Seats" }))).toEqual([]);
});

test("an earlier bid lends its prices to the same goods, in today's quantity", () => {
  const earlier = { rfp: rfpFor(), bid: bidFor() };
  const [, stool] = earlier.rfp.lines;
  const now = rfpFor({ lines: [{ ...stool!, number: 1, name: " STOOL ", quantity: { value: "9", unit: "H87" } }, { ...stool!, number: 2, name: "Lamp" }] });
  expect(asHere(earlier, now).lines).toMatchObject([{ line: 1, price: { price: "300" }, quantity: { value: "9" } }]);
});
