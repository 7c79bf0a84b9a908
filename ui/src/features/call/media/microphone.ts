import type { Frame } from "../../../backend/frames";
import hear from "../worklets/hear.worklet.ts?worker&url";
import { bytesOf, soundConfig } from "./codecs";
import { loudness, PIECE, SAMPLE_RATE } from "./playout";

/** Microseconds by which counted time may differ from the clock before it is set anew: the device was away. */
const ASTRAY = 100_000;
const PIECE_MICROS = (PIECE / SAMPLE_RATE) * 1_000_000;

/** What a microphone hears, encoded in pieces of 20 ms. */
export class Microphone {
  readonly #context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
  readonly #send: (frame: Frame) => void;
  readonly #stream: MediaStream;
  readonly #encoder: AudioEncoder;
  #at: number | null = null;
  #stopped = false;
  /** How loud it is now, from 0 to 1. */
  level = 0;

  constructor(stream: MediaStream, send: (frame: Frame) => void) {
    [this.#stream, this.#send] = [stream, send];
    this.#encoder = new AudioEncoder({
      output: (chunk) => this.#send({ kind: "sound", key: true, at: Math.max(0, chunk.timestamp), data: bytesOf(chunk) }),
      error: () => this.stop(),
    });
  }

  /** Begins; resolves when it hears. */
  async start(): Promise<void> {
    this.#encoder.configure(soundConfig());
    await this.#context.audioWorklet.addModule(hear);
    if (this.#stopped) return;
    const node = new AudioWorkletNode(this.#context, "opener-hear", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array<ArrayBuffer>>) => this.#heard(data);
    this.#context.createMediaStreamSource(this.#stream).connect(node);
    await this.#context.resume();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#encoder.state !== "closed") this.#encoder.close();
    void this.#context.close().catch(() => undefined);
  }

  #heard(samples: Float32Array<ArrayBuffer>): void {
    if (this.#stopped || this.#encoder.state !== "configured") return;
    this.level = loudness(samples);
    const now = performance.now() * 1000 - PIECE_MICROS;
    if (this.#at === null || Math.abs(this.#at - now) > ASTRAY) this.#at = now;
    const data = new AudioData({ format: "f32-planar", sampleRate: SAMPLE_RATE, numberOfFrames: samples.length, numberOfChannels: 1, timestamp: Math.round(this.#at), data: samples });
    this.#at += PIECE_MICROS;
    this.#encoder.encode(data);
    data.close();
  }
}
