import { expect, test } from "vitest";
import { loudness, PIECE, Playout } from "./playout";

const piece = (n: number, value = 0.5) => ({ at: n * 20_000, samples: new Float32Array(PIECE).fill(value) });
const read = (playout: Playout, samples: number): Float32Array => {
  // As a sound card asks: 128 samples at a time.
  const out = new Float32Array(samples);
  for (let from = 0; from < samples; from += 128) playout.read(out.subarray(from, from + 128));
  return out;
};

test("nothing is heard before enough has come, and then it fades in", () => {
  const playout = new Playout(40);
  playout.push(piece(0));
  expect(Math.max(...read(playout, 128))).toBe(0);
  expect(playout.moment).toBeNull();
  playout.push(piece(1));
  const out = read(playout, 480);
  expect(out[0]).toBeLessThan(0.01);
  expect(out[479]).toBeCloseTo(0.5);
  expect(playout.moment).toBeCloseTo(10_000, -1);
});

test("pieces are played in order, and doubles and late ones are dropped", () => {
  const playout = new Playout(60);
  for (const n of [2, 0, 1, 1]) playout.push(piece(n, n / 10));
  expect(playout.waiting).toBe(3 * PIECE);
  read(playout, PIECE + 10);
  expect(playout.moment).toBeGreaterThan(20_000);
  playout.push(piece(0, 0.9));
  expect(Math.max(...read(playout, PIECE))).toBeLessThanOrEqual(0.21);
});

test("what was lost is silence of its length", () => {
  const playout = new Playout(40);
  for (const n of [0, 2, 3]) playout.push(piece(n));
  const out = read(playout, 3 * PIECE);
  const silent = out.filter((one) => one === 0).length;
  expect(silent).toBeGreaterThan(PIECE * 0.95);
  expect(silent).toBeLessThan(PIECE * 1.05);
});

test("it hurries by half a percent when too much waits, and throws away what is far too much", () => {
  const playout = new Playout(40);
  for (let n = 0; n < 6; n += 1) playout.push(piece(n));
  const before = playout.waiting;
  read(playout, PIECE);
  expect(before - playout.waiting).toBeCloseTo(PIECE * 1.005, 0);
  for (let n = 6; n < 60; n += 1) playout.push(piece(n));
  expect(playout.waiting).toBeLessThanOrEqual((40 + 250 + 20) * 48);
});

test("it says when it has starved, and goes on by itself", () => {
  const playout = new Playout(20);
  playout.push(piece(0));
  read(playout, PIECE * 2);
  expect(playout.starved).toBe(1);
  playout.push(piece(5));
  expect(Math.max(...read(playout, PIECE))).toBeCloseTo(0.5);
});

test("a sender whose clock begins anew is heard", () => {
  const playout = new Playout(20);
  playout.push(piece(1_000));
  read(playout, PIECE * 2);
  playout.push(piece(0));
  expect(Math.max(...read(playout, PIECE / 2))).toBeCloseTo(0.5);
});

test("loudness is 0 for silence and at most 1", () => {
  expect(loudness(new Float32Array(10))).toBe(0);
  expect(loudness(new Float32Array(0))).toBe(0);
  expect(loudness(new Float32Array(10).fill(1))).toBe(1);
});
