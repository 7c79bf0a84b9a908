// Real peers: a market of sample sellers, and peers of our own. Everything is stopped by closing its standard input.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const started = new Set();

/** Starts the program and waits for the line that says it is ready. */
export async function start(binary, args) {
  const child = spawn(binary, args, { stdio: ["pipe", "pipe", "inherit"] });
  started.add(child);
  child.on("exit", () => started.delete(child));
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      if (line.startsWith("{")) resolve(JSON.parse(line));
    });
    child.on("exit", (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
  return { child, ready };
}

/** A folder for one run. */
export const folder = () => mkdtempSync(join(tmpdir(), "opener-ui-"));
export const remove = (path) => rmSync(path, { recursive: true, force: true });

/** Stops whatever still runs. */
export async function stopAll() {
  await Promise.all([...started].map((child) => new Promise((resolve) => {
    child.on("exit", resolve);
    child.kill("SIGTERM");
  })));
}

/** Gives a peer a file; what comes back goes into `attachments`. */
export async function put({ gateway, token }, name, type, content) {
  const response = await fetch(`${gateway}/blob?name=${encodeURIComponent(name)}`, { method: "PUT", headers: { authorization: `Bearer ${token}`, "content-type": type }, body: content });
  return (await response.json()).ok;
}

/** Asks a peer. */
export async function ask({ gateway, token }, method, params = {}) {
  const response = await fetch(`${gateway}/api`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ method, params }) });
  const body = await response.json();
  if (!response.ok) throw new Error(`${method}: ${JSON.stringify(body)}`);
  return body.ok ?? body;
}
