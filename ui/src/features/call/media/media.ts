import { bare, bitsOf, type Frame } from "../../../backend/frames";
import type { MediaLine } from "../../../backend/media";
import { Camera } from "./camera";
import { Microphone } from "./microphone";
import { Screen } from "./screen";
import { Speaker } from "./speaker";

/** What one sees and hears of a call, as figures. */
export interface Figures {
  /** Height of the picture that is sent; 0 when none is. */
  height: number;
  /** Milliseconds that sound waits to be heard without breaks. */
  delay: number;
  /** How often the sound broke off. */
  starved: number;
  /** Milliseconds since the last picture of the other side; nothing when there was none. */
  pictureAge: number | null;
  /** Loudness of both, from 0 to 1. */
  own: number;
  other: number;
  /** Pictures shown since the beginning. */
  shown: number;
}

/** Both directions of picture and sound over one line. Everything is optional: one may only see, or only be heard. */
export class Media {
  readonly #line: MediaLine;
  readonly #speaker: Speaker | null;
  #camera: Camera | null = null;
  #microphone: Microphone | null = null;
  #screen: Screen | null = null;
  #bits: number | null = null;

  /** `hears` is false where no sound can be played. */
  constructor(line: MediaLine, hears = true) {
    this.#line = line;
    this.#speaker = hears ? new Speaker() : null;
    void this.#speaker?.start().catch(() => undefined);
    line.listen((frame) => this.#take(frame));
  }

  /** Shows the other side there from now on. */
  show(canvas: HTMLCanvasElement | null): void {
    this.#screen?.stop();
    this.#screen = canvas && new Screen(canvas, () => this.#speaker?.heard ?? null, () => this.#line.send(bare("key_wanted")));
    if (canvas) this.#line.send(bare("key_wanted"));
  }

  /** Sends this camera's pictures, or none. */
  see(stream: MediaStream | null): void {
    this.#camera?.stop();
    this.#camera = stream && new Camera(stream, this.#line.send);
    if (this.#bits !== null) this.#camera?.budget(this.#bits);
  }

  /**
   * Sends what this microphone hears, or nothing.
   * @throws where the browser has no such device any more
   */
  async hear(stream: MediaStream | null): Promise<void> {
    this.#microphone?.stop();
    this.#microphone = stream && new Microphone(stream, this.#line.send);
    await this.#microphone?.start();
  }

  /** Where sound comes out. */
  async through(device: string): Promise<void> {
    await this.#speaker?.through(device);
  }

  figures(): Figures {
    const shown = this.#screen?.shown ?? null;
    return {
      height: this.#camera?.count.height ?? 0,
      delay: this.#speaker?.delay ?? 0,
      starved: this.#speaker?.starved ?? 0,
      pictureAge: shown === null ? null : performance.now() - shown,
      own: this.#microphone?.level ?? 0,
      other: this.#speaker?.level ?? 0,
      shown: this.#screen?.count.shown ?? 0,
    };
  }

  /** Ends everything but the streams, which are whoever's opened them. */
  stop(): void {
    this.#line.close();
    this.see(null);
    this.#microphone?.stop();
    this.#microphone = null;
    this.#screen?.stop();
    this.#screen = null;
    this.#speaker?.stop();
  }

  #take(frame: Frame): void {
    switch (frame.kind) {
      case "picture": return this.#screen?.take(frame);
      case "sound": return this.#speaker?.take(frame);
      case "key_wanted": return this.#camera?.key();
      case "budget": {
        this.#bits = bitsOf(frame) ?? this.#bits;
        if (this.#bits !== null) this.#camera?.budget(this.#bits);
      }
    }
  }
}

/** A line that gives back what is sent: one is one's own other side, to try camera and microphone. */
export function mirror(withSound: () => boolean): MediaLine {
  let listener: ((frame: Frame) => void) | null = null;
  return {
    send: (frame) => {
      if (frame.kind !== "sound" || withSound()) listener?.(frame);
    },
    listen: (onFrame) => (listener = onFrame),
    close: () => (listener = null),
  };
}
