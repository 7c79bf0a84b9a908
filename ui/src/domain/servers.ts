import type { IceServer } from "../bindings/IceServer";
import type { IceServerView } from "../bindings/IceServerView";

/** A server of a form. */
export interface ServerField {
  url: string;
  username: string;
  /** Typed anew; empty where the kept one stays. */
  password: string;
  /** The peer has one. It never leaves it. */
  kept: boolean;
}

export const emptyServer = (): ServerField => ({ url: "", username: "", password: "", kept: false });

/** A server as the peer tells it. */
export const fromView = (view: IceServerView): ServerField => ({ url: view.url, username: view.username ?? "", password: "", kept: view.has_password });

/** Servers as the peer takes them: lines without an address are none, and only a relay has a name and a password. */
export function asServers(fields: readonly ServerField[]): IceServer[] {
  return fields.map((one) => ({ ...one, url: one.url.trim(), username: one.username.trim() })).filter((one) => one.url !== "").map(({ url, username, password }) => {
    if (!url.startsWith("turn")) return { url };
    return { url, ...(username ? { username } : {}), ...(password ? { password } : {}) };
  });
}
