import { expect, test } from "vitest";
import { FOR_SOUND, Ladder, RUNGS, sizeOf } from "./ladder";

const heights = (ladder: Ladder, from: number, to: number): number[] => {
  const seen: number[] = [];
  for (let now = from; now <= to; now += 100) seen.push(ladder.step(now)?.rung.height ?? 0);
  return seen;
};

test("a call begins at 360p and never asks for more bits than there are", () => {
  const first = new Ladder().step(0);
  expect(first?.rung.height).toBe(360);
  expect((first?.bits ?? 0) + FOR_SOUND).toBeLessThanOrEqual(600_000);
});

test("the picture shrinks at once when the path narrows, and grows step by step when it is wide for long", () => {
  const ladder = new Ladder();
  ladder.budget(130_000);
  expect(ladder.step(0)?.rung.height).toBe(180);
  ladder.budget(4_000_000);
  expect(new Set(heights(ladder, 0, 3_900))).toEqual(new Set([180]));
  expect(heights(ladder, 4_000, 40_000).at(-1)).toBe(720);
  expect(ladder.step(50_000)?.bits).toBe(RUNGS.at(-1)?.most);
});

test("sound survives when the picture cannot", () => {
  const ladder = new Ladder();
  ladder.budget(80_000);
  expect(ladder.step(0)).toBeNull();
  ladder.budget(300_000);
  expect(ladder.step(100)?.rung.height).toBe(180);
});

test("a slow machine sends less, and does not swing back and forth", () => {
  const ladder = new Ladder();
  ladder.budget(4_000_000);
  for (let n = 0; n < 60; n += 1) ladder.load(0.95);
  ladder.step(0);
  expect(ladder.step(1_600)?.rung.height).toBe(270);
  for (let n = 0; n < 60; n += 1) ladder.load(0.1);
  expect(new Set(heights(ladder, 1_700, 20_000))).toEqual(new Set([270]));
  expect(heights(ladder, 20_100, 80_000).at(-1)).toBeGreaterThan(270);
});

test("one hiccup is no overload", () => {
  const ladder = new Ladder();
  ladder.load(3);
  ladder.step(0);
  for (let n = 0; n < 10; n += 1) ladder.load(0.2);
  expect(ladder.step(2_000)?.rung.height).toBe(360);
});

test("a picture keeps the camera's shape, is even, and is not blown up", () => {
  const [low, , middle] = RUNGS;
  expect(sizeOf(middle!, { width: 1280, height: 720 })).toEqual({ width: 640, height: 360 });
  expect(sizeOf(low!, { width: 640, height: 480 })).toEqual({ width: 240, height: 180 });
  expect(sizeOf(middle!, { width: 321, height: 241 })).toEqual({ width: 322, height: 242 });
});
