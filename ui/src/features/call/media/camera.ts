import type { Frame } from "../../../backend/frames";
import { bytesOf, pictureConfig } from "./codecs";
import { Ladder, sizeOf } from "./ladder";

/** Milliseconds after which a picture is sent though the camera has given none: the page is hidden, or the camera hangs. */
const IDLE = 1_000;
/** Pictures in the encoder at most: more is delay. */
const MOST_WAITING = 2;
/** How much the wanted bits may differ before the encoder is told. */
const SAME_BITS = 0.15;
/** Milliseconds between key pictures of our own accord: whoever joins or missed one sees again. */
const KEY_EVERY = 10_000;

/** Pictures of a camera, encoded as fast and as large as path and machine allow. */
export class Camera {
  readonly #video = document.createElement("video");
  readonly #canvas = document.createElement("canvas");
  readonly #pen = this.#canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  readonly #ladder = new Ladder();
  readonly #send: (frame: Frame) => void;
  readonly #began = new Map<number, number>();
  #encoder: VideoEncoder | null = null;
  #now: { width: number; height: number; bits: number } | null = null;
  #keyAt = -Infinity;
  #keyWanted = true;
  #drawn = -Infinity;
  #timer: ReturnType<typeof setInterval>;
  #stopped = false;
  /** Pictures encoded, pictures left out because the encoder was behind, and the height that is sent; 0 when none is. */
  readonly count = { sent: 0, dropped: 0, height: 0 };

  constructor(stream: MediaStream, send: (frame: Frame) => void) {
    this.#send = send;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = stream;
    void this.#video.play().catch(() => undefined);
    this.#timer = setInterval(() => {
      if (performance.now() - this.#drawn >= IDLE) this.#draw(performance.now());
    }, IDLE / 2);
    this.#wait();
  }

  /** The other side cannot go on without a picture that needs none before it. */
  key(): void {
    this.#keyWanted = true;
  }

  /** Bits a second that the path carries. */
  budget(bits: number): void {
    this.#ladder.budget(bits);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#video.srcObject = null;
    this.#close();
  }

  #close(): void {
    if (this.#encoder && this.#encoder.state !== "closed") this.#encoder.close();
    [this.#encoder, this.#now] = [null, null];
    this.#began.clear();
  }

  #wait(): void {
    this.#video.requestVideoFrameCallback((now) => {
      if (this.#stopped) return;
      this.#draw(now);
      this.#wait();
    });
  }

  #draw(now: number): void {
    const step = this.#ladder.step(now);
    this.count.height = step?.rung.height ?? 0;
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (this.#stopped || !step || !this.#pen || width === 0) return;
    // A camera gives more pictures than are sent; a tenth early is not early.
    if (now - this.#drawn < 900 / step.rung.rate) return;
    const encoder = this.#ready({ ...sizeOf(step.rung, { width, height }), bits: step.bits }, step.rung.rate);
    if (!encoder) return;
    if (encoder.encodeQueueSize >= MOST_WAITING) {
      this.count.dropped += 1;
      this.#ladder.load(1.5);
      return;
    }
    this.#drawn = now;
    this.#pen.drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    const at = Math.round(performance.now() * 1000);
    const keyFrame = this.#keyWanted || now - this.#keyAt >= KEY_EVERY;
    if (keyFrame) [this.#keyWanted, this.#keyAt] = [false, now];
    const frame = new VideoFrame(this.#canvas, { timestamp: at });
    this.#began.set(at, performance.now());
    encoder.encode(frame, { keyFrame });
    frame.close();
  }

  /** The encoder for this size and these bits. */
  #ready(wanted: { width: number; height: number; bits: number }, rate: number): VideoEncoder | null {
    const now = this.#now;
    const isSize = now?.width === wanted.width && now.height === wanted.height;
    if (this.#encoder && isSize && Math.abs(wanted.bits / now.bits - 1) < SAME_BITS) return this.#encoder;
    try {
      this.#encoder ??= new VideoEncoder({ output: (chunk) => this.#encoded(chunk, rate), error: () => this.#close() });
      this.#encoder.configure(pictureConfig(wanted, wanted.bits, rate));
    } catch {
      this.#close();
      return null;
    }
    if (!isSize) {
      [this.#canvas.width, this.#canvas.height] = [wanted.width, wanted.height];
      this.#keyWanted = true;
    }
    this.#now = wanted;
    return this.#encoder;
  }

  #encoded(chunk: EncodedVideoChunk, rate: number): void {
    const began = this.#began.get(chunk.timestamp);
    this.#began.delete(chunk.timestamp);
    if (began !== undefined) this.#ladder.load(((performance.now() - began) * rate) / 1000);
    this.count.sent += 1;
    this.#send({ kind: "picture", key: chunk.type === "key", at: chunk.timestamp, data: bytesOf(chunk) });
  }
}
