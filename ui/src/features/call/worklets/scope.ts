/** What the scope of an AudioWorklet has beside the language (Web Audio API section 1.32), as far as it is used here. */
export interface Worklet {
  readonly port: MessagePort;
}

interface Scope {
  AudioWorkletProcessor: new () => Worklet;
  registerProcessor: (name: string, made: new () => Worklet) => void;
  /** Seconds of the sound card's clock. */
  readonly currentTime: number;
}

/** This scope. */
export const scope = globalThis as unknown as Scope;
