import { describe, expect, test } from "vitest";
import { addWeight, apportion, removeWeight, setWeight } from "./weights";

const total = (weights: number[]) => weights.reduce((a, b) => a + b, 0);

describe("weights", () => {
  test("they always add to 100, whatever is set", () => {
    let weights = [60, 25, 15];
    for (let step = 0; step < 500; step += 1) {
      weights = setWeight(weights, step % 3, (step * 37) % 101);
      expect(total(weights)).toBe(100);
      expect(weights.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
    }
  });
  test("the others keep their proportion", () => {
    expect(setWeight([40, 40, 20], 0, 70)).toEqual([70, 20, 10]);
  });
  test("from nothing the others share equally", () => {
    expect(setWeight([100, 0, 0], 0, 50)).toEqual([50, 25, 25]);
  });
  test("adding and removing keep the sum", () => {
    expect(total(addWeight([60, 40]))).toBe(100);
    expect(removeWeight([60, 25, 15], 0)).toEqual([63, 37]);
    expect(setWeight([30], 0, 10)).toEqual([100]);
  });
  test("the largest remainders are served first", () => {
    expect(apportion([1, 1, 1], 100)).toEqual([34, 33, 33]);
    expect(apportion([], 100)).toEqual([]);
  });
});
