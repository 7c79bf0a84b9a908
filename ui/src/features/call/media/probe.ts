import { bytesOf, pictureConfig, SOUND, soundConfig, wake } from "./codecs";
import { PIECE, SAMPLE_RATE } from "./playout";

/** What this machine can do in a call: tried, not promised. */
export interface Ability {
  picture: boolean;
  sound: boolean;
  /** Why nothing can be captured: this page is not one that a browser lets near a camera. */
  secure: boolean;
}

/** Milliseconds that one try may take; a machine that needs longer for one picture makes no call with pictures. */
const PATIENCE = 5_000;
const SIZE = { width: 320, height: 180 };

/** One colour, out of the way of what an empty decoder would show. */
function painted(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [SIZE.width, SIZE.height];
  const pen = canvas.getContext("2d");
  if (pen) {
    pen.fillStyle = "rgb(200 30 30)";
    pen.fillRect(0, 0, SIZE.width, SIZE.height);
  }
  return canvas;
}

/** Encodes one picture and decodes it; true when the colour has come through. */
async function tryPicture(): Promise<boolean> {
  const config = pictureConfig(SIZE, 300_000, 24);
  if (!(await VideoEncoder.isConfigSupported(config)).supported) return false;
  const made: EncodedVideoChunk[] = [];
  let red = false;
  await new Promise<void>((resolve, reject) => {
    const encoder = new VideoEncoder({ output: (chunk) => made.push(chunk), error: reject });
    const decoder = new VideoDecoder({
      output: (frame) => {
        const pen = painted().getContext("2d");
        pen?.clearRect(0, 0, SIZE.width, SIZE.height);
        pen?.drawImage(frame, 0, 0);
        const [r = 0, g = 0] = pen?.getImageData(SIZE.width / 2, SIZE.height / 2, 1, 1).data ?? [];
        red = r > 120 && g < 100 && frame.displayWidth === SIZE.width;
        frame.close();
      },
      error: reject,
    });
    const run = async (): Promise<void> => {
      encoder.configure(config);
      const frame = new VideoFrame(painted(), { timestamp: 0 });
      encoder.encode(frame, { keyFrame: true });
      frame.close();
      await encoder.flush();
      decoder.configure({ codec: config.codec });
      for (const chunk of made) decoder.decode(new EncodedVideoChunk({ type: chunk.type, timestamp: 0, data: bytesOf(chunk) }));
      await decoder.flush();
      encoder.close();
      decoder.close();
    };
    run().then(resolve, reject);
  });
  return red;
}

/** Encodes a fifth of a second of a tone and decodes it; true when there is something to hear. */
async function trySound(): Promise<boolean> {
  if (!(await AudioEncoder.isConfigSupported(soundConfig())).supported) return false;
  let heard = false;
  const made: EncodedAudioChunk[] = [];
  await new Promise<void>((resolve, reject) => {
    const encoder = new AudioEncoder({ output: (chunk) => made.push(chunk), error: reject });
    const decoder = new AudioDecoder({
      output: (data) => {
        const samples = new Float32Array(data.numberOfFrames);
        data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
        heard ||= samples.some((one) => Math.abs(one) > 0.05);
        data.close();
      },
      error: reject,
    });
    const run = async (): Promise<void> => {
      encoder.configure(soundConfig());
      for (let n = 0; n < 10; n += 1) {
        const tone = Float32Array.from({ length: PIECE }, (_, i) => 0.5 * Math.sin(((n * PIECE + i) * 2 * Math.PI * 440) / SAMPLE_RATE));
        const data = new AudioData({ format: "f32-planar", sampleRate: SAMPLE_RATE, numberOfFrames: PIECE, numberOfChannels: 1, timestamp: n * 20_000, data: tone });
        encoder.encode(data);
        data.close();
      }
      await encoder.flush();
      decoder.configure(SOUND);
      for (const chunk of made) decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: chunk.timestamp, data: bytesOf(chunk) }));
      await decoder.flush();
      encoder.close();
      decoder.close();
    };
    run().then(resolve, reject);
  });
  return heard;
}

const inTime = (tried: Promise<boolean>): Promise<boolean> =>
  Promise.race([tried.catch(() => false), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE))]);

let known: Promise<Ability> | null = null;

/** What this machine can do, found out once while the page lives: each codec encodes and decodes something. */
export function ability(): Promise<Ability> {
  known ??= (async () => {
    const secure = globalThis.isSecureContext && "mediaDevices" in navigator;
    if (!wake()) return { picture: false, sound: false, secure };
    const picture = await inTime(tryPicture());
    const sound = "AudioWorkletNode" in globalThis && (await inTime(trySound()));
    return { picture, sound, secure };
  })();
  return known;
}
