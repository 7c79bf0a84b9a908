import type { Frame } from "../../../backend/frames";
import { PICTURE } from "./codecs";
import { choose, due, Jitter, type Heard } from "./jitter";

/** Decoded pictures that wait at most; a decoder has only so many. */
const MOST = 6;
/** Milliseconds between two wishes for a key picture: a round trip, and the encoder's time. */
const ASK_AGAIN = 500;

/** The other side's pictures: decoded, held until the sound that belongs to them is heard, and drawn. */
export class Screen {
  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D | null;
  readonly #jitter = new Jitter();
  readonly #heard: () => Heard | null;
  readonly #wish: () => void;
  readonly #waiting: VideoFrame[] = [];
  #decoder: VideoDecoder | null = null;
  #asked = -Infinity;
  #drawing = 0;
  #stopped = false;
  /** When a picture was last shown, in milliseconds of this page; nothing before the first. */
  shown: number | null = null;
  /** Pictures shown, and pictures that came too late to be. */
  readonly count = { shown: 0, late: 0 };

  /** `wish` asks the other side for a key picture. */
  constructor(canvas: HTMLCanvasElement, heard: () => Heard | null, wish: () => void) {
    [this.#canvas, this.#heard, this.#wish] = [canvas, heard, wish];
    this.#pen = canvas.getContext("2d", { alpha: false });
    const turn = (): void => {
      if (this.#stopped) return;
      this.#draw();
      this.#drawing = requestAnimationFrame(turn);
    };
    turn();
  }

  take(frame: Frame): void {
    if (this.#stopped) return;
    this.#jitter.arrive(performance.now(), frame.at / 1000);
    if (!this.#decoder) {
      if (!frame.key) return this.#ask();
      this.#decoder = new VideoDecoder({ output: (picture) => this.#decoded(picture), error: () => this.#forget() });
      this.#decoder.configure({ codec: PICTURE, optimizeForLatency: true });
    }
    try {
      this.#decoder.decode(new EncodedVideoChunk({ type: frame.key ? "key" : "delta", timestamp: frame.at, data: frame.data }));
    } catch {
      this.#forget();
    }
  }

  stop(): void {
    this.#stopped = true;
    cancelAnimationFrame(this.#drawing);
    this.#forget();
  }

  #forget(): void {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    for (const one of this.#waiting.splice(0)) one.close();
    if (!this.#stopped) this.#ask();
  }

  #ask(): void {
    const now = performance.now();
    if (now - this.#asked < ASK_AGAIN) return;
    this.#asked = now;
    this.#wish();
  }

  #decoded(picture: VideoFrame): void {
    if (this.#stopped) return picture.close();
    this.#waiting.push(picture);
    while (this.#waiting.length > MOST) {
      this.#waiting.shift()?.close();
      this.count.late += 1;
    }
  }

  #draw(): void {
    const moment = due(performance.now(), this.#jitter, this.#heard());
    if (moment === null) return;
    const index = choose(this.#waiting.map((one) => one.timestamp / 1000), moment);
    if (index < 0) return;
    const past = this.#waiting.splice(0, index + 1);
    const picture = past.pop();
    for (const one of past) one.close();
    this.count.late += past.length;
    if (!picture) return;
    const { displayWidth: width, displayHeight: height } = picture;
    if (this.#canvas.width !== width || this.#canvas.height !== height) [this.#canvas.width, this.#canvas.height] = [width, height];
    this.#pen?.drawImage(picture, 0, 0);
    picture.close();
    this.shown = performance.now();
    this.count.shown += 1;
  }
}
