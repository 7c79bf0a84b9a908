/** Samples a second, of everything that is heard and said here: what Opus works with. */
export const SAMPLE_RATE = 48_000;
/** Samples in one piece of sound: 20 ms. */
export const PIECE = 960;

/** A piece of decoded sound. */
export interface Piece {
  /** When it was taken, in microseconds of the sender's clock. */
  at: number;
  samples: Float32Array;
}

/** Pieces that wait at most: 2 s. */
const MOST_PIECES = 100;
/** Samples more than wanted beyond which the surplus is thrown away: 250 ms, after the page was held up. */
const SURPLUS = SAMPLE_RATE / 4;
/** How much faster or slower it plays to come to the wanted delay: half a percent is not heard as another pitch. */
const BEND = 0.005;
/** Samples around the wanted delay where nothing is bent: 10 ms. */
const CALM = SAMPLE_RATE / 100;
/** Samples over which sound fades in after a silence: 5 ms, against clicks. */
const FADE = 240;

const MICROS = 1_000_000 / SAMPLE_RATE;

/** Sound that waits to be heard: in order, without gaps that click, at a delay that is corrected without a break. */
export class Playout {
  readonly #pieces: Piece[] = [];
  /** Where in the first piece the next sample is, between samples too. */
  #place = 0;
  #playing = false;
  #faded = 0;
  #wanted: number;
  #played = -Infinity;
  /** How often there was nothing to play. */
  starved = 0;

  /** `delay` in milliseconds. */
  constructor(delay: number) {
    this.#wanted = (delay * SAMPLE_RATE) / 1000;
  }

  set delay(milliseconds: number) {
    this.#wanted = (milliseconds * SAMPLE_RATE) / 1000;
  }

  /** Samples that wait. */
  get waiting(): number {
    return this.#pieces.reduce((all, piece) => all + piece.samples.length, 0) - this.#place;
  }

  /** The moment that is heard next, in microseconds of the sender's clock; nothing while it is silent. */
  get moment(): number | null {
    const first = this.#pieces[0];
    return this.#playing && first ? first.at + this.#place * MICROS : null;
  }

  /** A piece has come; one that is too late or here already is dropped. */
  push(piece: Piece): void {
    if (piece.samples.length === 0 || piece.at <= this.#played) {
      // A sender whose clock begins anew (another device) is not late for ever.
      if (this.#pieces.length > 0 || this.#played - piece.at < 2_000_000) return;
      this.#played = -Infinity;
    }
    const place = this.#pieces.findLastIndex((one) => one.at <= piece.at);
    if (this.#pieces[place]?.at === piece.at) return;
    // What is being played cannot come after something else any more.
    if (place < 0 && this.#place > 0 && this.#pieces.length > 0) return;
    this.#pieces.splice(place + 1, 0, piece);
    while (this.#pieces.length > MOST_PIECES || (this.#pieces.length > 1 && this.waiting > this.#wanted + SURPLUS)) this.#next();
  }

  /** Fills `out` with what is heard now. */
  read(out: Float32Array): void {
    const { waiting } = this;
    if (!this.#playing && waiting >= Math.max(this.#wanted, out.length)) [this.#playing, this.#faded] = [true, 0];
    const off = waiting - this.#wanted;
    const step = Math.abs(off) < CALM ? 1 : 1 + BEND * Math.sign(off);
    for (let n = 0; n < out.length; n += 1) {
      out[n] = this.#playing ? this.#sample(step) : 0;
    }
  }

  #sample(step: number): number {
    const first = this.#pieces[0];
    if (!first) {
      this.#playing = false;
      this.starved += 1;
      return 0;
    }
    const whole = Math.floor(this.#place);
    const part = this.#place - whole;
    const here = first.samples[whole] ?? 0;
    const after = first.samples[whole + 1] ?? this.#pieces[1]?.samples[0] ?? here;
    this.#place += step;
    if (this.#place >= first.samples.length) this.#next();
    if (this.#faded < FADE) this.#faded += 1;
    return (here + (after - here) * part) * (this.#faded / FADE);
  }

  #next(): void {
    const gone = this.#pieces.shift();
    if (!gone) return;
    this.#played = gone.at;
    this.#place = this.#pieces.length ? Math.max(0, this.#place - gone.samples.length) : 0;
    // A piece that was lost is silence of its length, so that what follows keeps its time.
    const [next] = this.#pieces;
    const end = gone.at + gone.samples.length * MICROS;
    const missing = next ? Math.round((next.at - end) / MICROS) : 0;
    if (missing >= PIECE / 4 && missing <= PIECE * 5) {
      this.#pieces.unshift({ at: end, samples: new Float32Array(missing) });
      this.#faded = 0;
    }
  }
}

/** How loud samples are, from 0 to 1. */
export function loudness(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const one of samples) sum += one * one;
  return Math.min(1, Math.sqrt(sum / samples.length) * 3);
}
