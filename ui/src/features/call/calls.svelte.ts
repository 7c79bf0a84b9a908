import { call, type Refusal } from "../../backend/client";
import { mediaLine } from "../../backend/media";
import type { CallView } from "../../bindings/CallView";
import type { MethodName, Methods } from "../../bindings/methods";
import { pathOf } from "../../domain/calls";
import { refusal } from "../../shared/peer.svelte";
import { router } from "../../shared/router.svelte";
import { Kit } from "./kit.svelte";
import { chosen, type Kind } from "./media/devices";
import { Media, type Figures } from "./media/media";
import { ability, type Ability } from "./media/probe";

/** Milliseconds between two looks at what is seen and heard. */
const LOOK = 500;

/** Whom a call is with: a deal, and at the buyer the seller. */
export interface Whom {
  deal: string;
  seller?: string;
}

/** Whether anything of a call works on this machine. */
export const canCall = (able: Ability): boolean => able.sound || able.picture;

/** The call of this peer, and whether this page carries its picture and sound. */
class Calls {
  view = $state.raw<CallView | null>(null);
  /** The call that this page carries, by its id. */
  held = $state<string | null>(null);
  /** Another page has taken it over. */
  elsewhere = $state(false);
  able = $state.raw<Ability | null>(null);
  figures = $state.raw<Figures | null>(null);
  error = $state.raw<Refusal | null>(null);
  running = $state(false);
  /** The panel is as large as its place allows; else it is small and goes along. */
  large = $state(true);
  readonly kit = new Kit();
  /** The call whose end was read. */
  #read = $state<string | null>(null);
  /** Whether the person wants to be seen. */
  #video = false;
  #media: Media | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** A call that can be seen here: it is carried by this page, or was until it ended. */
  get shown(): CallView | null {
    const view = this.view;
    if (view === null || view.call !== this.held || view.call === this.#read) return null;
    return this.elsewhere && view.phase !== "ended" ? null : view;
  }

  /** A call that runs, wherever. */
  get current(): CallView | null {
    return this.view !== null && this.view.phase !== "ended" ? this.view : null;
  }

  /** The peer's call stands so now. */
  take(view: CallView | null): void {
    this.view = view;
    if (view === null || view.phase === "ended" || view.call !== this.held) return this.#release();
    if (this.elsewhere || this.able === null) return;
    void this.kit.begin(this.able, this.#video);
    if (view.phase !== "ringing") this.#carry(view.call);
  }

  /** What this machine can do is found out: the first time it takes a moment. */
  async probe(): Promise<Ability> {
    const able = await ability();
    if (this.able === null) {
      this.able = able;
      this.take(this.view);
    }
    return able;
  }

  /** Calls the other side of a deal. It rings there while this machine is tried; one that can do nothing gives up. */
  async start(whom: Whom, video: boolean): Promise<void> {
    const able = this.probe();
    if (this.able !== null && !canCall(this.able)) return;
    await this.#hold("call.start", { ...whom, video }, video);
    if (!canCall(await able) && this.shown?.phase === "ringing") await this.finish();
  }

  /** Takes the call that rings. */
  async accept(video: boolean): Promise<void> {
    const ringing = this.view;
    if (ringing !== null) await this.#hold("call.accept", { call: ringing.call, video }, video);
  }

  /** Carries a call that runs without this page, or in another one; unseen, until the person wants to be seen. */
  async join(): Promise<void> {
    const view = this.current;
    if (view === null) return;
    await this.probe();
    this.#begin(view, false);
  }

  async decline(): Promise<void> {
    if (this.view) await this.#ask("call.decline", { call: this.view.call });
  }

  /** Hangs up, or gives up before there was an answer. */
  async finish(): Promise<void> {
    if (this.view) await this.#ask("call.finish", { call: this.view.call });
  }

  /** The end was read. */
  close(): void {
    this.#read = this.held;
    this.error = null;
  }

  /** The other side is shown there from now on. */
  screen(canvas: HTMLCanvasElement | null): void {
    this.#canvas = canvas;
    if (this.able?.picture) this.#media?.show(canvas);
  }

  /** How loud this side is now, from 0 to 1. */
  level(): number {
    return this.#media?.figures().own ?? 0;
  }

  /** Another device was chosen. */
  async use(kind: Kind): Promise<void> {
    if (kind === "speaker") await this.#media?.through(chosen().speaker);
    else await this.kit.open(kind);
  }

  async #hold<M extends "call.start" | "call.accept">(method: M, params: Methods[M]["params"], video: boolean): Promise<void> {
    const view = await this.#ask(method, params);
    if (view !== null) this.#begin(view, video);
  }

  /** This page carries the call from now on. */
  #begin(view: CallView, video: boolean): void {
    this.#video = video;
    [this.held, this.elsewhere, this.large] = [view.call, false, true];
    this.take(view);
    router.go(pathOf(view));
  }

  async #ask<M extends MethodName>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["answer"] | null> {
    if (this.running) return null;
    [this.running, this.error] = [true, null];
    try {
      return await call(method, params);
    } catch (error) {
      this.error = refusal(error);
      return null;
    } finally {
      this.running = false;
    }
  }

  #carry(id: string): void {
    if (this.#media) return;
    const media = new Media(mediaLine(id, () => this.#parted()), this.able?.sound ?? false);
    this.#media = media;
    if (chosen().speaker) void media.through(chosen().speaker);
    if (this.able?.picture) media.show(this.#canvas);
    this.kit.stage(media);
    this.#timer = setInterval(() => (this.figures = media.figures()), LOOK);
  }

  /** The media are another page's; or the call is over, which the peer tells too. */
  #parted(): void {
    this.#release();
    this.elsewhere = true;
  }

  /** Devices go out, and nothing is sent or played any more. */
  #release(): void {
    clearInterval(this.#timer);
    this.kit.end();
    this.#media?.stop();
    [this.#media, this.figures] = [null, null];
  }
}

/** The one call that a peer has at a time. */
export const calls = new Calls();
