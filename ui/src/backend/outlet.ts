import type { Frame } from "./frames";

/** Bytes that may wait on their way to the peer before pictures are left out: a quarter of a second of the largest picture. */
export const MOST_WAITING = 96 * 1024;
/** Bytes that may wait before sound is left out too: then it is seconds old. */
export const MOST_SOUND_WAITING = 512 * 1024;

/** What becomes of a frame: it goes; it is left out; or it is left out and the camera shall begin anew with a key picture. */
export type Passage = "go" | "drop" | "drop_and_wish";

/** Decides what is sent when the way to the peer is slow: sound first, and of pictures none that cannot be decoded. */
export class Outlet {
  #broken = false;
  #wished = false;

  /** A frame is to go while so many bytes wait. */
  pass(frame: Frame, waiting: number): Passage {
    if (frame.kind !== "picture") return waiting <= MOST_SOUND_WAITING ? "go" : "drop";
    if (waiting > MOST_WAITING) {
      [this.#broken, this.#wished] = [true, false];
      return "drop";
    }
    if (frame.key) this.#broken = false;
    if (!this.#broken) return "go";
    const wish = !this.#wished;
    this.#wished = true;
    return wish ? "drop_and_wish" : "drop";
  }

  /** Pictures were lost on the way: what follows needs a key picture. */
  lost(): void {
    [this.#broken, this.#wished] = [true, false];
  }
}
