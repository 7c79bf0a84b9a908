import type { Event } from "../bindings/Event";
import { socketTo } from "./socket";
import { follow, inWindow } from "./window";

/** How the line to the peer is. */
export type Line = "opening" | "open" | "broken";

/** Milliseconds before the first new try; doubled up to the longest. */
const FIRST_TRY = 250;
const LONGEST_TRY = 5_000;

/**
 * Listens to the peer's events for as long as the page lives, and opens the line again whenever it breaks. After a
 * break everything may have changed: that is told as `lagged`.
 */
export function listen(onEvent: (event: Event) => void, onLine: (line: Line) => void): () => void {
  return inWindow() ? listenInside(onEvent, onLine) : listenToGateway(onEvent, onLine);
}

/** The peer inside is there as long as the page. */
function listenInside(onEvent: (event: Event) => void, onLine: (line: Line) => void): () => void {
  let stopped = false;
  follow((event) => {
    if (!stopped) onEvent(event);
  }).then(
    () => {
      onLine("open");
      onEvent({ event: "lagged" });
    },
    () => onLine("broken"),
  );
  return () => {
    stopped = true;
  };
}

function listenToGateway(onEvent: (event: Event) => void, onLine: (line: Line) => void): () => void {
  let socket: WebSocket | null = null;
  let wait = FIRST_TRY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function open(): void {
    socket = socketTo("/events");
    socket.onopen = () => {
      wait = FIRST_TRY;
      onLine("open");
      onEvent({ event: "lagged" });
    };
    socket.onmessage = (message: MessageEvent<unknown>) => {
      if (typeof message.data === "string") onEvent(JSON.parse(message.data) as Event);
    };
    socket.onclose = () => {
      if (stopped) return;
      onLine("broken");
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_TRY);
    };
  }

  const now = () => {
    if (socket?.readyState !== WebSocket.CLOSED) return;
    clearTimeout(timer);
    wait = FIRST_TRY;
    open();
  };
  window.addEventListener("online", now);
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    window.removeEventListener("online", now);
    socket?.close();
  };
}
