/** Collects what the microphone gives into pieces of 20 ms, and sends each to the page. */
import { PIECE } from "../media/playout";
import { scope } from "./scope";

class Hear extends scope.AudioWorkletProcessor {
  #piece = new Float32Array(PIECE);
  #filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const [heard] = inputs[0] ?? [];
    if (!heard) return true;
    for (const sample of heard) {
      this.#piece[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled < PIECE) continue;
      this.port.postMessage(this.#piece, [this.#piece.buffer]);
      [this.#piece, this.#filled] = [new Float32Array(PIECE), 0];
    }
    return true;
  }
}

scope.registerProcessor("opener-hear", Hear);
