/** Plays pieces of sound that the page sends, and tells it what is heard now. */
import { LEAST_DELAY } from "../media/jitter";
import { Playout, SAMPLE_RATE, type Piece } from "../media/playout";
import { scope } from "./scope";

/** What the page sends: a piece, or the wanted delay in milliseconds. */
type Told = Piece | { delay: number };

/** Seconds between two reports. */
const REPORT = 0.1;

class Say extends scope.AudioWorkletProcessor {
  readonly #playout = new Playout(LEAST_DELAY);
  #reported = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Told>) => {
      if ("delay" in data) this.#playout.delay = data.delay;
      else this.#playout.push(data);
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [first, ...others] = outputs[0] ?? [];
    if (!first) return true;
    const { moment } = this.#playout;
    this.#playout.read(first);
    for (const other of others) other.set(first);
    if (scope.currentTime - this.#reported >= REPORT) {
      this.#reported = scope.currentTime;
      this.port.postMessage({ moment, starved: this.#playout.starved, waiting: this.#playout.waiting / SAMPLE_RATE });
    }
    return true;
  }
}

scope.registerProcessor("opener-say", Say);
