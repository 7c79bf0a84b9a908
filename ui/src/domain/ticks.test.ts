import { expect, test } from "vitest";
import { along, ticks } from "./ticks";

test("ticks are round and hold what they are for", () => {
  expect(ticks(3, 9)).toEqual([2, 4, 6, 8, 10]);
  expect(ticks(9_237_000, 9_643_500)).toEqual([9_200_000, 9_400_000, 9_600_000, 9_800_000]);
});

test("one value alone has a scale too", () => {
  for (const value of [0, 4, 9_840_000]) {
    const found = ticks(value, value);
    expect(found.length).toBeGreaterThan(1);
    expect(found[0]).toBeLessThanOrEqual(value);
    expect(found.at(-1)).toBeGreaterThanOrEqual(value);
  }
});

test("a value lies between the first and the last tick", () => {
  expect(along(5, [0, 5, 10])).toBe(0.5);
  expect(along(3, [3])).toBe(0.5);
});
