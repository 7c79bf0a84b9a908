import { expect, test } from "vitest";
import { choose, due, Jitter, LEAST_DELAY, MOST_DELAY } from "./jitter";

/** Pieces every 20 ms that are late by turns. */
function arrivals(late: readonly number[], count = 200, began = 5_000): Jitter {
  const jitter = new Jitter();
  for (let n = 0; n < count; n += 1) jitter.arrive(began + n * 20 + (late[n % late.length] ?? 0), n * 20);
  return jitter;
}

test("what comes evenly waits the least", () => {
  expect(arrivals([0]).delay).toBe(LEAST_DELAY);
  expect(arrivals([0]).offset).toBe(5_000);
});

test("what comes unevenly waits as long as it is late, up to a bound", () => {
  expect(arrivals([0, 30, 60, 90]).delay).toBe(110);
  expect(arrivals([0, 2_000]).delay).toBe(MOST_DELAY);
});

test("the delay goes up at once and down slowly", () => {
  const jitter = arrivals([0]);
  for (let n = 0; n < 20; n += 1) jitter.arrive(9_150 + n * 20, 4_000 + n * 20);
  const high = jitter.delay;
  expect(high).toBeGreaterThan(LEAST_DELAY + 100);
  for (let n = 0; n < 20; n += 1) jitter.arrive(14_400 + n * 20, 9_400 + n * 20);
  expect(jitter.delay).toBeLessThan(high);
  expect(jitter.delay).toBeGreaterThan(LEAST_DELAY + 50);
});

test("pictures follow the sound that is heard", () => {
  const pictures = arrivals([0]);
  const now = 9_000;
  expect(due(now, pictures, null)).toBe(now - 5_000 - LEAST_DELAY);
  expect(due(now, pictures, { at: 3_900, when: 8_990 })).toBe(3_910);
  // Sound that stopped, and a clock that is another one, say nothing.
  expect(due(now, pictures, { at: 3_000, when: 8_000 })).toBe(3_960);
  expect(due(now, pictures, { at: 900_000, when: 8_990 })).toBe(3_960);
  expect(due(now, new Jitter(), null)).toBeNull();
});

test("of several pictures the last that is due is shown", () => {
  expect(choose([10, 20, 30], 25)).toBe(1);
  expect(choose([10, 20, 30], 5)).toBe(-1);
  expect(choose([], 5)).toBe(-1);
});
