import { expect, test } from "vitest";
import { clockOf, FIRST_RULES, minutesOf, readRules, soundOf, sortOf } from "./alarms";

const NOON = Date.parse("2026-11-20T12:00:00Z");

test("every kind of event has its sort, and a newer one is talk", () => {
  expect(["request_arrived", "call_arrived", "call_missed", "bid_arrived", "counter_arrived", "order_arrived", "not_chosen", "moon_arrived"].map(sortOf)).toEqual(["request", "call", "talk", "bid", "talk", "order", "ending", "talk"]);
});

test("what the peer calls silent is not heard", () => {
  expect((["silent", "shown", "rings"] as const).map((loudness) => soundOf(FIRST_RULES, "order_arrived", loudness, NOON))).toEqual(["none", "bell", "bell"]);
});

test("nothing sounds while all is snoozed, and everything afterwards", () => {
  const rules = { ...FIRST_RULES, snoozedUntil: NOON };
  expect([NOON - 1, NOON].map((now) => soundOf(rules, "order_arrived", "rings", now))).toEqual(["none", "bell"]);
});

test("minutes are shown as a clock and read from it", () => {
  expect([0, 7 * 60, 22 * 60 + 5].map(clockOf)).toEqual(["00:00", "07:00", "22:05"]);
  expect(["22:05", "7:00", "24:00", "12:60", "x", ""].map(minutesOf)).toEqual([1325, 420, null, null, null, null]);
});

test("what was kept is read, and what is damaged is as at first", () => {
  const kept = { ...FIRST_RULES, again: false };
  expect(readRules(JSON.stringify(kept))).toEqual(kept);
  for (const text of [null, "", "[", "null", '{"sounds":{"bid":"siren"},"snoozedUntil":"x"}']) expect(readRules(text), String(text)).toEqual(FIRST_RULES);
});
