import { expect, test } from "vitest";
import { FIRST_RULES, isQuiet, readRules, soundOf, sortOf } from "./alarms";

const at = (time: string) => new Date(`2026-11-20T${time}:00`);

test("every kind of event has its sort, and a newer one is talk", () => {
  expect(["request_arrived", "bid_arrived", "counter_arrived", "order_arrived", "not_chosen", "moon_arrived"].map(sortOf)).toEqual(["request", "bid", "talk", "order", "ending", "talk"]);
});

test("quiet hours may go over midnight", () => {
  const rules = { ...FIRST_RULES, quiet: { from: "22:00", to: "07:00" } };
  expect(["21:59", "22:00", "03:00", "06:59", "07:00"].map((time) => isQuiet(rules, at(time)))).toEqual([false, true, true, true, false]);
  expect(isQuiet({ ...rules, quiet: { from: "12:00", to: "13:00" } }, at("12:30"))).toBe(true);
  expect(isQuiet({ ...rules, quiet: null }, at("03:00"))).toBe(false);
});

test("nothing sounds while all is snoozed, and everything afterwards", () => {
  const rules = { ...FIRST_RULES, snoozedUntil: at("12:00").getTime() };
  expect(soundOf(rules, "order_arrived", null, at("11:59"))).toBe("none");
  expect(soundOf(rules, "order_arrived", null, at("12:00"))).toBe("bell");
});

test("a request from too far is not heard; one of unknown distance is", () => {
  const rules = { ...FIRST_RULES, farthest: 50 };
  expect([40, 51, null].map((km) => soundOf(rules, "request_arrived", km, at("12:00")))).toEqual(["call", "none", "call"]);
  expect(soundOf(rules, "bid_arrived", 900, at("12:00"))).toBe("chime");
});

test("what was kept is read, and what is damaged is as at first", () => {
  const kept = { ...FIRST_RULES, again: false, quiet: { from: "20:00", to: "08:00" } };
  expect(readRules(JSON.stringify(kept))).toEqual(kept);
  for (const text of [null, "", "[", "null", '{"quiet":{"from":"x"},"sounds":{"bid":"siren"},"farthest":-4}']) expect(readRules(text), String(text)).toEqual(FIRST_RULES);
});
