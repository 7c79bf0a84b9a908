import { beforeEach, expect, test, vi } from "vitest";
import type { CallView } from "../../bindings/CallView";

const asked: [string, unknown][] = [];
let answer: (method: string) => unknown = () => ({});
vi.mock("../../backend/client", () => ({ call: async (method: string, params: unknown) => (asked.push([method, params]), answer(method)), Refusal: class extends Error {} }));
let elsewhere: () => void = () => undefined;
const opened: string[] = [];
vi.mock("../../backend/media", () => ({
  mediaLine: (id: string, onElsewhere: () => void) => {
    opened.push(id);
    elsewhere = onElsewhere;
    return { send: () => undefined, listen: () => undefined, close: () => opened.splice(opened.indexOf(id), 1) };
  },
}));
const seen: unknown[] = [];
const heard: unknown[] = [];
vi.mock("./media/media", () => ({
  Media: class {
    constructor(readonly line: { close: () => void }) {}
    see = (stream: unknown) => seen.push(stream);
    hear = async (stream: unknown) => void heard.push(stream);
    show = () => undefined;
    through = async () => undefined;
    figures = () => null;
    stop = () => this.line.close();
  },
}));
let able = { picture: true, sound: true, secure: true };
vi.mock("./media/probe", () => ({ ability: async () => able }));
const closed: string[] = [];
vi.mock("./media/devices", () => ({
  open: async (kind: string) => ({ kind, getAudioTracks: () => [] }),
  close: (stream: { kind: string } | null) => stream && closed.push(stream.kind),
  chosen: () => ({ camera: "", microphone: "", speaker: "" }),
}));
const gone: string[] = [];
vi.mock("../../shared/router.svelte", () => ({ router: { go: (path: string) => gone.push(path) } }));
vi.mock("../../shared/peer.svelte", () => ({ refusal: (error: unknown) => error }));

// Modules are read anew for each test: a busy machine takes its time for that.
vi.setConfig({ testTimeout: 60_000 });
const view = (change: Partial<CallView> = {}): CallView => ({
  call: "c1", deal: "d", seller: "s", with: "s", with_name: "Bob", title: "Chairs", incoming: false, video: true, private: false, phase: "ringing", ended: null,
  rang_at: "2026-11-20T03:14:00Z", connected_at: null, ended_at: null, relayed: null, quality: null, card: null, ...change,
});

async function fresh() {
  vi.resetModules();
  return (await import("./calls.svelte")).calls;
}

beforeEach(() => {
  for (const list of [asked, opened, seen, heard, closed, gone]) list.splice(0);
  able = { picture: true, sound: true, secure: true };
  answer = () => ({});
});

test("a call that is made here is carried here, and its devices go out with it", async () => {
  const calls = await fresh();
  answer = () => view();
  await calls.start({ deal: "d", seller: "s" }, true);
  expect(asked).toEqual([["call.start", { deal: "d", seller: "s", video: true }]]);
  expect(gone).toEqual(["/deals/d/s"]);
  expect(opened).toEqual([]);
  await vi.waitFor(() => expect(calls.kit.camera).not.toBeNull(), 30_000);
  calls.take(view({ phase: "connecting" }));
  calls.take(view({ phase: "connected" }));
  expect(opened).toEqual(["c1"]);
  expect(seen.at(-1)).toMatchObject({ kind: "camera" });
  calls.take(view({ phase: "ended", ended: "hung_up" }));
  expect(opened).toEqual([]);
  expect([...closed].sort()).toEqual(["camera", "microphone"]);
  expect(calls.kit.camera).toBeNull();
  expect(calls.shown?.ended).toBe("hung_up");
  calls.close();
  expect(calls.shown).toBeNull();
});

test("without a camera only the microphone is opened", async () => {
  const calls = await fresh();
  calls.take(view({ incoming: true }));
  answer = () => view({ incoming: true, phase: "connecting" });
  await calls.accept(false);
  await calls.probe();
  await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ kind: "microphone" }), 30_000);
  expect(calls.kit.camera).toBeNull();
  calls.kit.mute(true);
  expect(heard.at(-1)).toBeNull();
  calls.kit.mute(false);
  expect(heard.at(-1)).toMatchObject({ kind: "microphone" });
});

test("a machine that can do nothing rings nobody for long, and the next time not at all", async () => {
  const calls = await fresh();
  able = { picture: false, sound: false, secure: true };
  answer = (method) => (method === "call.start" ? view() : {});
  await calls.start({ deal: "d" }, true);
  expect(asked.map(([method]) => method)).toEqual(["call.start", "call.finish"]);
  await calls.start({ deal: "d" }, true);
  expect(asked).toHaveLength(2);
  expect(opened).toEqual([]);
});

test("a call that another page has taken over is not shown here, until it is taken back", async () => {
  const calls = await fresh();
  await calls.probe();
  answer = () => view({ phase: "connected" });
  await calls.start({ deal: "d", seller: "s" }, false);
  expect(opened).toEqual(["c1"]);
  elsewhere();
  calls.take(view({ phase: "connected" }));
  expect([opened.length, calls.shown, calls.current?.call]).toEqual([0, null, "c1"]);
  await calls.join();
  expect([opened, calls.shown?.call]).toEqual([["c1"], "c1"]);
});

test("a call of an earlier page, or of another one, is not carried unasked", async () => {
  const calls = await fresh();
  await calls.probe();
  calls.take(view({ phase: "connected" }));
  expect([opened.length, calls.shown]).toEqual([0, null]);
  calls.take(view({ phase: "ended", ended: "hung_up" }));
  expect(calls.shown).toBeNull();
});
