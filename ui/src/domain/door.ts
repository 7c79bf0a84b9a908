/** How a phone may reach the page that is open: by its address, or not, because it answers on this computer or window only. */
export type Door = { kind: "open"; address: string } | { kind: "local" } | { kind: "window" };

/** Reads it from the address of the page; the token goes behind the `#`, which no server sees. */
export function doorOf(page: URL, token: string | null): Door {
  if (page.protocol !== "http:" && page.protocol !== "https:") return { kind: "window" };
  if (page.hostname === "tauri.localhost") return { kind: "window" };
  const isLocal = page.hostname === "localhost" || page.hostname.endsWith(".localhost") || /^127\./.test(page.hostname) || page.hostname === "[::1]";
  return isLocal || token === null ? { kind: "local" } : { kind: "open", address: `${page.origin}/#token=${encodeURIComponent(token)}` };
}
