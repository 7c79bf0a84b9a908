import { bare, read, write, type Frame } from "./frames";
import { Outlet } from "./outlet";
import { socketTo } from "./socket";
import { closeMedia, inWindow, openMedia, sendMedia } from "./window";

/** The way that frames of a call go: to the peer and back. */
export interface MediaLine {
  send: (frame: Frame) => void;
  /** Takes what comes, until the line is closed; one listener. */
  listen: (onFrame: (frame: Frame) => void) => void;
  close: () => void;
}

/** The gateway closes a socket with this when another page of the same peer carries the call now. */
export const ELSEWHERE = 4001;
/** Milliseconds before a broken line is opened again; doubled up to the longest. A call waits for nobody. */
const FIRST_TRY = 100;
const LONGEST_TRY = 2_000;

/** The line of a call; `onElsewhere` is told once, when another page has taken it over; in the window also when the call is over. Whoever opened it closes it. */
export const mediaLine = (call: string, onElsewhere: () => void): MediaLine => (inWindow() ? lineInside(call, onElsewhere) : lineToGateway(call, onElsewhere));

/** What comes in, and what an outlet wishes for. */
class Ends {
  #listener: ((frame: Frame) => void) | null = null;
  readonly outlet = new Outlet();

  listen = (onFrame: (frame: Frame) => void): void => {
    this.#listener = onFrame;
  };

  take(message: unknown): void {
    const frame = message instanceof ArrayBuffer ? read(message) : null;
    if (frame) this.#listener?.(frame);
  }

  /** Whether a frame goes while so many bytes wait. */
  passes(frame: Frame, waiting: number): boolean {
    const passage = this.outlet.pass(frame, waiting);
    if (passage === "drop_and_wish") this.#listener?.(bare("key_wanted"));
    return passage === "go";
  }

  close(): void {
    this.#listener = null;
  }
}

function lineToGateway(call: string, onElsewhere: () => void): MediaLine {
  const ends = new Ends();
  let socket: WebSocket | null = null;
  let wait = FIRST_TRY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function open(): void {
    const own = socketTo(`/call/${encodeURIComponent(call)}/media`);
    socket = own;
    own.binaryType = "arraybuffer";
    own.onopen = () => (wait = FIRST_TRY);
    own.onmessage = (message: MessageEvent<unknown>) => ends.take(message.data);
    own.onclose = ({ code }: { code: number }) => {
      if (closed) return;
      if (code === ELSEWHERE) return onElsewhere();
      ends.outlet.lost();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_TRY);
    };
  }

  open();
  return {
    send: (frame) => {
      if (socket?.readyState !== WebSocket.OPEN) return ends.outlet.lost();
      if (ends.passes(frame, socket.bufferedAmount)) socket.send(write(frame));
    },
    listen: ends.listen,
    close: () => {
      closed = true;
      ends.close();
      clearTimeout(timer);
      socket?.close();
    },
  };
}

/** Frames of the peer inside come through a channel; ours go one after another, so that none overtakes. */
function lineInside(call: string, onElsewhere: () => void): MediaLine {
  const ends = new Ends();
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let sending = false;
  let closed = false;

  async function work(): Promise<void> {
    if (sending) return;
    sending = true;
    for (let next = waiting.shift(); next !== undefined && !closed; next = waiting.shift()) {
      await sendMedia(call, next).catch(() => ends.outlet.lost());
      bytes -= next.length;
    }
    sending = false;
  }

  openMedia(call, (message) => {
    if (closed) return;
    // An empty message is no frame: the media are another page's now, or the call is over.
    if (message instanceof ArrayBuffer && message.byteLength === 0) return onElsewhere();
    ends.take(message);
  }).catch(() => ends.outlet.lost());
  return {
    send: (frame) => {
      if (closed || !ends.passes(frame, bytes)) return;
      const message = write(frame);
      bytes += message.length;
      waiting.push(message);
      void work();
    },
    listen: ends.listen,
    close: () => {
      if (closed) return;
      closed = true;
      ends.close();
      void closeMedia(call).catch(() => undefined);
    },
  };
}
