/** Round numbers that hold a range: at most so many steps of 1, 2 or 5 times a power of ten, from below the least to above the most. */
export function ticks(least: number, most: number, steps = 5): number[] {
  const span = Math.max(most - least, Math.abs(most) * 0.1, 1e-9);
  const power = 10 ** Math.floor(Math.log10(span / steps));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => span / size <= steps) ?? power * 10;
  const from = Math.floor(least / step);
  const to = Math.max(Math.ceil(most / step), from + 1);
  return Array.from({ length: to - from + 1 }, (_, i) => Number(((from + i) * step).toPrecision(12)));
}

/** Where a value lies between the first and the last tick, 0 to 1. */
export function along(value: number, all: readonly number[]): number {
  const [first = 0, last = 1] = [all[0], all.at(-1)];
  return last === first ? 0.5 : (value - first) / (last - first);
}
