import type { Frame } from "../../../backend/frames";
import say from "../worklets/say.worklet.ts?worker&url";
import { SOUND } from "./codecs";
import { Jitter, type Heard } from "./jitter";
import { loudness, SAMPLE_RATE } from "./playout";

/** What the worklet reports. */
interface Report {
  moment: number | null;
  starved: number;
}

/** Some browsers can choose where sound comes out (Audio Output Devices API). */
type Directed = AudioContext & { setSinkId?: (id: string) => Promise<void> };

/** The other side's sound: decoded, held until it can be played without breaks, and heard. */
export class Speaker {
  readonly #context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
  readonly #jitter = new Jitter();
  #decoder: AudioDecoder | null = null;
  #node: AudioWorkletNode | null = null;
  #told = 0;
  #stopped = false;
  /** What is heard now, to fit pictures to. */
  heard: Heard | null = null;
  /** How loud it is now, from 0 to 1. */
  level = 0;
  /** How often there was nothing to play. */
  starved = 0;
  /** Pieces decoded. */
  pieces = 0;

  /** Begins; resolves when it can be heard. */
  async start(): Promise<void> {
    await this.#context.audioWorklet.addModule(say);
    if (this.#stopped) return;
    this.#node = new AudioWorkletNode(this.#context, "opener-say", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#node.port.onmessage = ({ data }: MessageEvent<Report>) => this.#reported(data);
    this.#node.connect(this.#context.destination);
    await this.#context.resume();
  }

  /** Where it comes out; nothing happens in a browser that cannot choose. */
  async through(device: string): Promise<void> {
    await (this.#context as Directed).setSinkId?.(device).catch(() => undefined);
  }

  get delay(): number {
    return this.#jitter.delay;
  }

  take(frame: Frame): void {
    if (this.#stopped) return;
    const now = performance.now();
    this.#jitter.arrive(now, frame.at / 1000);
    if (Math.abs(this.#jitter.delay - this.#told) > 5) {
      this.#told = this.#jitter.delay;
      this.#node?.port.postMessage({ delay: this.#told });
    }
    try {
      this.#ready().decode(new EncodedAudioChunk({ type: "key", timestamp: frame.at, data: frame.data }));
    } catch {
      this.#forget();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#forget();
    this.#node?.disconnect();
    void this.#context.close().catch(() => undefined);
  }

  #ready(): AudioDecoder {
    if (this.#decoder) return this.#decoder;
    this.#decoder = new AudioDecoder({ output: (data) => this.#decoded(data), error: () => this.#forget() });
    this.#decoder.configure(SOUND);
    return this.#decoder;
  }

  #forget(): void {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
  }

  #decoded(data: AudioData): void {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    this.level = loudness(samples);
    this.pieces += 1;
    this.#node?.port.postMessage({ at: data.timestamp, samples }, [samples.buffer]);
    data.close();
  }

  #reported({ moment, starved }: Report): void {
    this.starved = starved;
    const outside = (this.#context.outputLatency || this.#context.baseLatency || 0) * 1000;
    this.heard = moment === null ? null : { at: moment / 1000 - outside, when: performance.now() };
  }
}
