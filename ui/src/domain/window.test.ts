import { expect, test } from "vitest";
import { Offsets } from "./window";

test("those in sight are found, with some more on either side", () => {
  const all = new Offsets(Array.from({ length: 10_000 }, (_, i) => (i % 2 ? 50 : 70)));
  expect(all.total).toBe(600_000);
  expect(all.range(0, 600, 0)).toEqual({ first: 0, last: 11 });
  expect(all.range(60_000, 60_600, 3)).toEqual({ first: 997, last: 1014 });
  expect(all.at(1000)).toBe(60_000);
});

test("the range never leaves what there is", () => {
  const all = new Offsets([10, 10, 10]);
  expect(all.range(-100, -50, 2)).toEqual({ first: 0, last: 3 });
  expect(all.range(1000, 2000, 0)).toEqual({ first: 2, last: 3 });
  expect(all.at(99)).toBe(30);
  expect(new Offsets([]).range(0, 100, 5)).toEqual({ first: 0, last: 0 });
});

test("every thing in sight is in the range, wherever one looks", () => {
  const sizes = Array.from({ length: 300 }, (_, i) => 20 + ((i * 37) % 60));
  const all = new Offsets(sizes);
  for (let from = 0; from < all.total; from += 173) {
    const { first, last } = all.range(from, from + 400, 0);
    sizes.forEach((size, i) => {
      const inSight = all.at(i) + size > from && all.at(i) <= from + 400;
      if (inSight) expect(i >= first && i < last, `${i} at ${from}`).toBe(true);
    });
  }
});
