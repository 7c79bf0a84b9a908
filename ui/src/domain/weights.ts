/** Weights of criteria: whole numbers that add to 100, always. */
export const WHOLE = 100;

/** Shares of `whole` in proportion to `parts`, in whole numbers, the largest remainders first; equal if all are zero. */
export function apportion(parts: readonly number[], whole: number): number[] {
  if (parts.length === 0) return [];
  const total = parts.reduce((a, b) => a + b, 0);
  const exact = parts.map((part) => (total === 0 ? whole / parts.length : (part * whole) / total));
  const shares = exact.map(Math.floor);
  const order = exact.map((value, i) => ({ i, rest: value - Math.floor(value) })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  let left = whole - shares.reduce((a, b) => a + b, 0);
  for (const { i } of order) {
    if (left === 0) break;
    shares[i] = (shares[i] ?? 0) + 1;
    left -= 1;
  }
  return shares;
}

/** Sets one weight; the others give or take in proportion, so that the sum stays 100. */
export function setWeight(weights: readonly number[], index: number, wanted: number): number[] {
  if (weights.length <= 1) return weights.map(() => WHOLE);
  const value = Math.min(WHOLE, Math.max(0, Math.round(wanted)));
  const others = apportion(weights.filter((_, i) => i !== index), WHOLE - value);
  return weights.map((_, i) => (i === index ? value : (others[i < index ? i : i - 1] ?? 0)));
}

/** Takes one away; the others fill its place. */
export function removeWeight(weights: readonly number[], index: number): number[] {
  return apportion(weights.filter((_, i) => i !== index), WHOLE);
}

/** Adds one with a fair share. */
export function addWeight(weights: readonly number[]): number[] {
  const share = Math.floor(WHOLE / (weights.length + 1));
  return [...apportion(weights, WHOLE - share), share];
}
