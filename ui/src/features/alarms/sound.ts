import type { Sound } from "../../domain/alarms";

/** A tone: Hertz, and seconds at which it begins and that it lasts. */
type Tone = readonly [hertz: number, at: number, lasts: number];

const TONES: Record<Exclude<Sound, "none">, readonly Tone[]> = {
  chime: [[880, 0, 0.5], [1318.5, 0.12, 0.6]],
  bell: [[659.3, 0, 0.9], [1318.5, 0, 0.7], [1977.6, 0, 0.4]],
  knock: [[196, 0, 0.08], [196, 0.16, 0.08]],
  call: [[784, 0, 0.22], [988, 0.26, 0.22], [784, 0.7, 0.22], [988, 0.96, 0.3]],
};
/** Loudest, of 1: heard across a shop, not through a wall. */
const LOUDNESS = 0.25;

let context: AudioContext | null = null;

/** Lets a browser play: it does so only after somebody has touched the page. */
export function allowSound(): void {
  context ??= typeof AudioContext === "undefined" ? null : new AudioContext();
  if (context?.state === "suspended") void context.resume().catch(() => undefined);
}

/** Plays a sound; nothing where there is none, or nobody has touched the page yet. */
export function play(sound: Sound): void {
  if (sound === "none" || context?.state !== "running") return;
  const began = context.currentTime;
  for (const [hertz, at, lasts] of TONES[sound]) {
    const [tone, gain] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0.0001, began + at);
    gain.gain.exponentialRampToValueAtTime(LOUDNESS, began + at + 0.01);
    gain.gain.exponentialRampToValueAtTime(0.0001, began + at + lasts);
    tone.connect(gain).connect(context.destination);
    tone.start(began + at);
    tone.stop(began + at + lasts + 0.05);
  }
}
