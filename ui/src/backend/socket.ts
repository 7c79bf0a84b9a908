import { token } from "./token";

/** A WebSocket to the peer's door, with the token: a page may set no header field there but the list of protocols. */
export function socketTo(path: string): WebSocket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}${path}`, ["opener", `token.${token() ?? ""}`]);
}
