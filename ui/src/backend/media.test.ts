import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bare, write, type Frame } from "./frames";
import { ELSEWHERE, mediaLine } from "./media";
import { MOST_WAITING } from "./outlet";

/** A socket that does what a test says. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "blob";
  readonly sent: Uint8Array[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly address: string, readonly protocols: string[]) {
    Socket.all.push(this);
  }
  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }
  open(): void {
    this.readyState = Socket.OPEN;
    this.onopen?.();
  }
  close(code = 1000): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const picture = (key: boolean): Frame => ({ kind: "picture", key, at: 7, data: new Uint8Array([1, 2]) });
const last = (): Socket => Socket.all.at(-1)!;

beforeEach(() => {
  Socket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("location", { protocol: "http:", host: "127.0.0.1:4000" });
  vi.stubGlobal("sessionStorage", { getItem: () => "secret" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("frames go both ways over the call's own socket, with the token", () => {
  const line = mediaLine("c1", () => undefined);
  const heard: Frame[] = [];
  line.listen((frame) => heard.push(frame));
  expect(last().address).toBe("ws://127.0.0.1:4000/call/c1/media");
  expect(last().protocols).toEqual(["opener", "token.secret"]);
  expect(last().binaryType).toBe("arraybuffer");
  last().open();
  line.send(picture(true));
  expect(last().sent).toEqual([write(picture(true))]);
  last().onmessage?.({ data: write(bare("key_wanted")).buffer });
  last().onmessage?.({ data: "text" });
  last().onmessage?.({ data: new ArrayBuffer(3) });
  expect(heard.map((one) => one.kind)).toEqual(["key_wanted"]);
});

test("a line that breaks is opened again, and begins anew with a key picture", () => {
  const line = mediaLine("c1", () => undefined);
  const heard: Frame[] = [];
  line.listen((frame) => heard.push(frame));
  last().open();
  last().close(1006);
  line.send(picture(false));
  vi.runOnlyPendingTimers();
  expect(Socket.all).toHaveLength(2);
  last().open();
  line.send(picture(false));
  expect(last().sent).toEqual([]);
  expect(heard.map((one) => one.kind)).toEqual(["key_wanted"]);
  line.send(picture(true));
  expect(last().sent).toHaveLength(1);
  line.close();
  vi.runOnlyPendingTimers();
  expect(Socket.all).toHaveLength(2);
});

test("what another page has taken over is not taken back", () => {
  const elsewhere = vi.fn();
  mediaLine("c1", elsewhere);
  last().open();
  last().close(ELSEWHERE);
  vi.runOnlyPendingTimers();
  expect(elsewhere).toHaveBeenCalledOnce();
  expect(Socket.all).toHaveLength(1);
});

test("pictures wait for nobody", () => {
  const line = mediaLine("c1", () => undefined);
  last().open();
  last().bufferedAmount = MOST_WAITING + 1;
  line.send(picture(true));
  line.send({ ...picture(true), kind: "sound" });
  expect(last().sent).toHaveLength(1);
});

test("in the window frames go one after another, and an empty message says that another page has the call", async () => {
  const done: (() => void)[] = [];
  const asked: [string, unknown, unknown][] = [];
  let tell: (message: unknown) => void = () => undefined;
  const Channel = class {
    constructor(onMessage: (message: unknown) => void) {
      tell = onMessage;
    }
  };
  const invoke = (command: string, args: unknown, options: unknown): Promise<void> => {
    asked.push([command, args, options]);
    return command === "media_send" ? new Promise((resolve) => done.push(resolve)) : Promise.resolve();
  };
  vi.stubGlobal("window", { __TAURI__: { core: { invoke, Channel } } });
  const elsewhere = vi.fn();
  const line = mediaLine("c1", elsewhere);
  const heard: Frame[] = [];
  line.listen((frame) => heard.push(frame));
  line.send(picture(true));
  line.send(picture(false));
  expect(asked.map(([command]) => command)).toEqual(["media_open", "media_send"]);
  expect(asked[1]).toEqual(["media_send", write(picture(true)), { headers: { call: "c1" } }]);
  done.shift()?.();
  await vi.waitFor(() => expect(asked).toHaveLength(3), 30_000);
  tell(write(bare("budget")).buffer);
  expect(heard).toHaveLength(1);
  tell(new ArrayBuffer(0));
  expect(elsewhere).toHaveBeenCalledOnce();
  line.close();
  expect(asked.at(-1)?.[0]).toBe("media_close");
});
