// A camera that counts and a microphone that hums: files that Chromium takes for its devices.
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The picture: a row of bright and dark fields that spell its number, lowest bit first, and a parity field at the end. */
export const BITS = 6;
const SIZE = { width: 640, height: 360, rate: 24 };
const COUNT = 2 ** BITS;

/** The hum, in Hertz. */
export const HUM = 1000;
const RATE = 48_000;

const parity = (number) => [...number.toString(2)].filter((one) => one === "1").length % 2;

function counting(path) {
  const { width, height, rate } = SIZE;
  const file = openSync(path, "w");
  writeSync(file, `YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420\n`);
  const field = width / (BITS + 1);
  for (let number = 0; number < COUNT; number += 1) {
    const luma = Buffer.alloc(width * height);
    for (let x = 0; x < width; x += 1) {
      const place = Math.min(BITS, Math.floor(x / field));
      const bright = place < BITS ? (number >> place) & 1 : parity(number);
      luma[x] = bright ? 220 : 30;
    }
    for (let y = 1; y < height; y += 1) luma.copyWithin(y * width, 0, width);
    writeSync(file, "FRAME\n");
    writeSync(file, luma);
    writeSync(file, Buffer.alloc((width * height) / 2, 128));
  }
  closeSync(file);
}

function humming(path, hertz) {
  const samples = RATE;
  const data = Buffer.alloc(samples * 2);
  for (let n = 0; n < samples; n += 1) data.writeInt16LE(Math.round(12_000 * Math.sin((n * 2 * Math.PI * hertz) / RATE)), n * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  writeFileSync(path, Buffer.concat([head, data]));
}

/** What to start Chromium with so that its camera counts and its microphone hums; the files lie in `folder`. */
export function devices(folder, hertz = HUM) {
  const [picture, sound] = [join(folder, "count.y4m"), join(folder, `hum-${hertz}.wav`)];
  counting(picture);
  humming(sound, hertz);
  return [
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required",
    `--use-file-for-fake-video-capture=${picture}`, `--use-file-for-fake-audio-capture=${sound}`,
  ];
}

/** To be run in a page before its scripts: what is sent to a loudspeaker and shown on a canvas can be read. */
export const listen = () => {
  const connect = AudioNode.prototype.connect;
  globalThis.ears = [];
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const ear = new AnalyserNode(this.context, { fftSize: 4096, smoothingTimeConstant: 0 });
      connect.call(this, ear);
      globalThis.ears.push(ear);
    }
    return connect.call(this, to, ...rest);
  };
  /** The strongest tone that is played, in Hertz; 0 where there is silence. */
  globalThis.heard = () => {
    let best = { hertz: 0, level: -60 };
    for (const ear of globalThis.ears.filter((one) => one.context.state === "running")) {
      const levels = new Float32Array(ear.frequencyBinCount);
      ear.getFloatFrequencyData(levels);
      levels.forEach((level, bin) => {
        if (level > best.level) best = { hertz: (bin * ear.context.sampleRate) / ear.fftSize, level };
      });
    }
    return best.hertz;
  };
  /** The number in the picture of a canvas; -1 where it is none. */
  globalThis.numberIn = (canvas, bits) => {
    const { width, height } = canvas;
    const pen = canvas.getContext("2d");
    const field = width / (bits + 1);
    let found = 0;
    let odd = 0;
    let last = 0;
    for (let place = 0; place <= bits; place += 1) {
      const [bright = 0] = pen.getImageData(Math.floor(field * (place + 0.5)), Math.floor(height / 2), 1, 1).data;
      if (bright > 90 && bright < 160) return -1;
      const one = bright >= 160 ? 1 : 0;
      if (place === bits) last = one;
      else [found, odd] = [found | (one << place), odd ^ one];
    }
    return odd === last ? found : -1;
  };
};

/** Different numbers that a canvas shows, until there are `wanted` of them. */
export async function counted(page, selector, wanted, patience = 30_000) {
  const canvas = page.locator(selector);
  await canvas.waitFor();
  return canvas.evaluate(async (own, [bits, enough, limit]) => {
    const seen = new Set();
    const until = performance.now() + limit;
    while (seen.size < enough && performance.now() < until) {
      const found = globalThis.numberIn(own, bits);
      if (found >= 0) seen.add(found);
      await new Promise(requestAnimationFrame);
    }
    return [...seen];
  }, [BITS, wanted, patience]);
}

/** Waits until a tone of about this height is played, or silence for 0. */
export async function hears(page, hertz, patience = 30_000) {
  await page.waitForFunction((wanted) => Math.abs(globalThis.heard() - wanted) <= 30, hertz, { timeout: patience });
}
