// A page and a peer behind one address: serves the built interface and passes /api, /blob and WebSockets on to a peer's gateway,
// with the same policy that the gateway sets. It stays when the peer goes, so that a page can be seen without its peer.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'";

/** What was asked, as text. */
async function bodyOf(asked) {
  const parts = [];
  for await (const part of asked) parts.push(part);
  return Buffer.concat(parts).toString();
}

/**
 * Opens the door; gives its address and how to close it. `instead` may answer a request in the peer's place: method and
 * parameters to an answer as text, or nothing.
 */
export async function openDoor(gateway, folder, instead = () => undefined) {
  const peer = new URL(gateway);
  const inner = (headers) => ({ ...headers, host: peer.host, ...(headers.origin ? { origin: peer.origin } : {}) });
  const server = createServer(async (asked, answer) => {
    if (asked.url === "/api") {
      const body = await bodyOf(asked);
      const { method, params } = JSON.parse(body);
      const own = await instead(method, params);
      if (own !== undefined) {
        answer.writeHead(200, { "content-type": "application/json" });
        answer.end(own);
        return;
      }
      const passed = request(peer.origin + asked.url, { method: asked.method, headers: inner(asked.headers) }, (found) => {
        answer.writeHead(found.statusCode ?? 502, found.headers);
        found.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      passed.end(body);
      return;
    }
    if (asked.url.startsWith("/blob")) {
      const passed = request(peer.origin + asked.url, { method: asked.method, headers: inner(asked.headers) }, (found) => {
        answer.writeHead(found.statusCode ?? 502, found.headers);
        found.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      asked.pipe(passed);
      return;
    }
    const path = normalize(new URL(asked.url ?? "/", "http://x").pathname);
    const file = join(folder, path);
    const found = !path.includes("..") && existsSync(file) && statSync(file).isFile() ? file : join(folder, "index.html");
    const policy = `${POLICY} ws://${asked.headers.host}`;
    answer.writeHead(200, { "content-type": TYPES[extname(found)] ?? "application/octet-stream", "content-security-policy": policy, "x-content-type-options": "nosniff" });
    createReadStream(found).pipe(answer);
  });
  const sockets = new Set();
  server.on("upgrade", (asked, socket, head) => {
    const passed = connect(Number(peer.port), peer.hostname, () => {
      const lines = Object.entries(inner(asked.headers)).map(([name, value]) => `${name}: ${value}`);
      passed.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      passed.write(head);
      socket.pipe(passed).pipe(socket);
    });
    for (const one of [socket, passed]) {
      sockets.add(one);
      one.on("error", () => (socket.destroy(), passed.destroy()));
      one.on("close", () => sockets.delete(one));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      sockets.forEach((one) => one.destroy());
      server.closeAllConnections();
      server.close();
    },
  };
}
