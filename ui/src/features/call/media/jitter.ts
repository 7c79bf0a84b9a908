/** Milliseconds of arrivals that are remembered: long enough to see a burst, short enough to forget it. */
const WINDOW = 4_000;
/** Arrivals remembered at most: 50 pieces of sound and 30 pictures a second, with room. */
const MOST = 512;
/** Milliseconds of delay: never less, for the sound card takes its share; never more, or people talk over each other. */
export const LEAST_DELAY = 40;
export const MOST_DELAY = 400;
/** Milliseconds on top of the lateness that was seen. */
const SPARE = 20;
/** Of a hundred pieces this many must come in time. */
const IN_TIME = 0.96;

/** How unevenly pieces arrive, and how long they must wait so that nearly all are there when they are due. */
export class Jitter {
  readonly #seen: { arrived: number; transit: number }[] = [];
  #delay = LEAST_DELAY;

  /** A piece that was taken at `at` (milliseconds of the sender's clock) has come at `arrived` (ours). */
  arrive(arrived: number, at: number): void {
    this.#seen.push({ arrived, transit: arrived - at });
    while (this.#seen.length > MOST || (this.#seen[0]?.arrived ?? arrived) < arrived - WINDOW) this.#seen.shift();
    const late = this.#seen.map((one) => one.transit).sort((a, b) => a - b);
    const spread = (late[Math.floor((late.length - 1) * IN_TIME)] ?? 0) - (late[0] ?? 0);
    const wanted = Math.min(MOST_DELAY, Math.max(LEAST_DELAY, spread + SPARE));
    // Up at once, down slowly: a delay that goes down is heard.
    this.#delay = wanted > this.#delay ? wanted : this.#delay + (wanted - this.#delay) * 0.01;
  }

  /** How long a piece waits after the fastest could have come, in milliseconds. */
  get delay(): number {
    return this.#delay;
  }

  /** Our clock minus the sender's, for the fastest piece; nothing before the first. */
  get offset(): number | null {
    return this.#seen.length ? this.#seen.reduce((least, one) => Math.min(least, one.transit), Infinity) : null;
  }
}

/** The sound that is heard now: a moment of the sender's clock, and of ours at which it was so; in milliseconds. */
export interface Heard {
  at: number;
  when: number;
}
/** Milliseconds after which a report of the sound says nothing any more: there is none. */
const SILENT = 600;
/** Milliseconds that sound and pictures of one sender may be apart; beyond, their clocks are not one. */
const ONE_CLOCK = 1_500;

/**
 * The moment of the sender's clock whose picture is due now: that of the sound that is heard, so that lips fit words; or
 * where there is no sound, that of the pictures' own delay.
 */
export function due(now: number, pictures: Jitter, heard: Heard | null): number | null {
  const { offset } = pictures;
  if (offset === null) return null;
  const own = now - offset - pictures.delay;
  if (heard === null || now - heard.when > SILENT) return own;
  const bySound = heard.at + (now - heard.when);
  return Math.abs(bySound - own) <= ONE_CLOCK ? bySound : own;
}

/** Of pictures in order of their time: which is shown now, the last that is due; -1 when none is. */
export function choose(times: readonly number[], moment: number): number {
  return times.findLastIndex((at) => at <= moment);
}
