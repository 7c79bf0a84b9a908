import { close, open, type Missing } from "./media/devices";
import type { Media } from "./media/media";
import type { Ability } from "./media/probe";

/** What is opened for a call. */
export type Tool = "camera" | "microphone";

/** Camera and microphone of a call: opened when it begins, closed with it, and muted meanwhile as the person likes. */
export class Kit {
  /** The camera's stream, to see oneself. */
  camera = $state.raw<MediaStream | null>(null);
  microphone = $state.raw<MediaStream | null>(null);
  muted = $state(false);
  missing = $state.raw<Partial<Record<Tool, Missing>>>({});
  /** Counts up when a device was opened: then names are known. */
  opened = $state(0);
  #media: Media | null = null;
  #able: Ability | null = null;
  #begun = false;
  /** Counts up with every wish for a device, and when the call ends: what opens for an earlier one is closed again. */
  readonly #turns: Record<Tool, number> = { camera: 0, microphone: 0 };

  /** A call begins: the microphone, and the camera if it is wanted. Told again, it does nothing. */
  async begin(able: Ability | null, video: boolean): Promise<void> {
    if (this.#begun) return;
    [this.#begun, this.#able] = [true, able];
    const turn = this.#turns.camera;
    if (able?.sound) await this.open("microphone");
    if (video && turn === this.#turns.camera) await this.open("camera");
  }

  /** What is captured goes there from now on. */
  stage(media: Media | null): void {
    this.#media = media;
    media?.see(this.camera);
    this.#speak();
  }

  /** Opens a device, or opens it anew after another was chosen. */
  async open(tool: Tool): Promise<void> {
    if (tool === "camera" ? !this.#able?.picture : !this.#able?.sound) return;
    const turn = (this.#turns[tool] += 1);
    close(this[tool]);
    const found = await open(tool);
    const stream = typeof found === "string" ? null : found;
    if (turn !== this.#turns[tool]) return close(stream);
    this.missing = { ...this.missing, [tool]: typeof found === "string" ? found : undefined };
    this[tool] = stream;
    this.opened += 1;
    if (tool === "camera") this.#media?.see(stream);
    else this.#speak();
  }

  /** The camera goes out. */
  shut(): void {
    this.#turns.camera += 1;
    close(this.camera);
    this.camera = null;
    this.#media?.see(null);
  }

  /** Nothing is heard of this side, or again. */
  mute(muted: boolean): void {
    this.muted = muted;
    this.#speak();
  }

  /** The call is over. */
  end(): void {
    this.#turns.camera += 1;
    this.#turns.microphone += 1;
    [this.#media, this.#begun] = [null, false];
    close(this.camera);
    close(this.microphone);
    [this.camera, this.microphone, this.muted, this.missing] = [null, null, false, {}];
  }

  #speak(): void {
    const heard = this.muted ? null : this.microphone;
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !this.muted;
    this.#media?.hear(heard).catch(() => (this.missing = { ...this.missing, microphone: "busy" }));
  }
}
