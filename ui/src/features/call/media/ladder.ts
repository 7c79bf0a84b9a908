/** A size of picture, and what it costs. */
export interface Rung {
  /** Pixels; the width follows the camera's shape. */
  height: number;
  /** Pictures a second. */
  rate: number;
  /** Bits a second below which it is a smear, and above which more does not show. */
  least: number;
  most: number;
}

/** From a thumbnail to what a screen beside other things can show. Figures for VP8 in real time, goods held by hand. */
export const RUNGS: readonly Rung[] = [
  { height: 180, rate: 15, least: 60_000, most: 180_000 },
  { height: 270, rate: 20, least: 150_000, most: 360_000 },
  { height: 360, rate: 24, least: 300_000, most: 800_000 },
  { height: 540, rate: 24, least: 700_000, most: 1_500_000 },
  { height: 720, rate: 24, least: 1_300_000, most: 2_500_000 },
];
/** Bits a second that stay for sound and for what carries it: 32 000 of Opus, and 50 headers a second. */
export const FOR_SOUND = 56_000;
/** What is assumed until the peer has measured: 360p begins at once. */
const FIRST_BUDGET = 600_000;
const FIRST_RUNG = 2;
/** Milliseconds that more room must last before the picture grows; it shrinks at once. */
const CALM = 4_000;
/** Share of the time between two pictures that encoding one may take: above the first less is tried, below the second more. */
const BUSY = 0.7;
const IDLE = 0.35;
/** Milliseconds of overload before the picture shrinks: one hiccup is none. */
const STRAIN = 1_500;
/** How much more room than the next size needs. */
const MARGIN = 1.15;

/** Which size of picture is sent now: by the bits there are, and by what this machine can encode. */
export class Ladder {
  #rung = FIRST_RUNG;
  #budget = FIRST_BUDGET;
  #load = 0;
  #strained: number | null = null;
  #calm: number | null = null;
  /** The highest size that this machine has managed; tried again when it has been idle for long. */
  #able = RUNGS.length - 1;

  /** Bits a second that the path carries. */
  budget(bits: number): void {
    this.#budget = bits;
  }

  /** Encoding a picture took this share of the time between two. */
  load(share: number): void {
    this.#load = this.#load * 0.9 + share * 0.1;
  }

  /** The size and the bits a second for it; nothing when there is room for sound only. */
  step(now: number): { rung: Rung; bits: number } | null {
    const room = this.#budget - FOR_SOUND;
    if (this.#load > BUSY) this.#strained ??= now;
    else this.#strained = null;
    if (this.#strained !== null && now - this.#strained >= STRAIN && this.#rung > 0) {
      this.#rung -= 1;
      this.#able = this.#rung;
      [this.#strained, this.#load, this.#calm] = [null, IDLE, null];
    }
    while (this.#rung > 0 && room < (RUNGS[this.#rung]?.least ?? 0)) {
      this.#rung -= 1;
      this.#calm = null;
    }
    this.#grow(room, now);
    const rung = RUNGS[this.#rung];
    return !rung || room < rung.least ? null : { rung, bits: Math.min(room, rung.most) };
  }

  #grow(room: number, now: number): void {
    const next = RUNGS[this.#rung + 1];
    const fits = next !== undefined && room >= next.least * MARGIN && this.#load < IDLE;
    if (!fits) this.#calm = null;
    else this.#calm ??= now;
    if (this.#calm === null || !fits) return;
    const patience = this.#rung + 1 > this.#able ? CALM * 8 : CALM;
    if (now - this.#calm < patience) return;
    this.#rung += 1;
    this.#calm = now;
    this.#able = Math.max(this.#able, this.#rung);
  }
}

/** Width and height of a picture of that rung, in the camera's shape; even, as VP8 likes it. Never more than the camera has. */
export function sizeOf(rung: Rung, camera: { width: number; height: number }): { width: number; height: number } {
  const height = Math.min(rung.height, camera.height);
  const even = (n: number): number => Math.max(2, Math.round(n / 2) * 2);
  return { width: even((camera.width * height) / camera.height), height: even(height) };
}
