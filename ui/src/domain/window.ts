/** Where each of many things of known size begins, so that only those in sight are drawn. */
export class Offsets {
  readonly #starts: Float64Array;

  constructor(sizes: readonly number[]) {
    this.#starts = new Float64Array(sizes.length + 1);
    sizes.forEach((size, i) => (this.#starts[i + 1] = (this.#starts[i] ?? 0) + size));
  }

  /** How many there are. */
  get length(): number {
    return this.#starts.length - 1;
  }

  /** Where one begins; the end of all behind the last. */
  at(index: number): number {
    return this.#starts[Math.min(Math.max(index, 0), this.length)] ?? 0;
  }

  /** The size of all. */
  get total(): number {
    return this.at(this.length);
  }

  /** The last that begins at or before a position. */
  #holding(position: number): number {
    let [low, high] = [0, Math.max(this.length - 1, 0)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.at(middle) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Those in sight between two positions, and so many more on either side: the first, and the one behind the last. */
  range(from: number, to: number, more: number): { first: number; last: number } {
    if (this.length === 0) return { first: 0, last: 0 };
    const first = Math.max(this.#holding(from) - more, 0);
    return { first, last: Math.min(this.#holding(Math.max(to, from)) + 1 + more, this.length) };
  }
}
