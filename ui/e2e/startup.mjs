// How long the desktop program takes to show its first page and how much memory it takes, beside a bare window of the same
// library: through the web view's own driver, on a screen in memory.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ask, start } from "./market.mjs";

/** Times that each is started: the median counts. They take turns, so that both meet the same machine. */
const ROUNDS = 7;
/** Milliseconds between two looks at a page, and between two looks at the memory; shares by which a settled one may differ. */
const [LOOK, REST, SETTLED] = [5, 1000, 0.01];
/** Looks at the memory at most, and milliseconds until a page must be there. */
const [LOOKS, PATIENCE] = [20, 60_000];

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Every process below this one, with itself. */
function family(root) {
  const below = new Map();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      below.set(parent, [...(below.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended while we looked.
    }
  }
  const found = [root];
  for (let at = 0; at < found.length; at += 1) found.push(...(below.get(found[at]) ?? []));
  return found;
}

const isRunning = (pid, program) => {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === program;
  } catch {
    return false;
  }
};

/** When a process began, in milliseconds of this clock, to a hundredth of a second. */
function began(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  const up = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
  return Date.now() - up + ticks * 10;
}

/** Kilobytes of memory that these processes have, shared pages by their share (PSS). */
function memory(pids) {
  const of = (pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  return pids.map(of).reduce((so, one) => so + one, 0);
}

/** The memory once it has settled. */
async function settled(pid) {
  let last = memory(family(pid));
  for (let look = 0; look < LOOKS; look += 1) {
    await wait(REST);
    const now = memory(family(pid));
    if (Math.abs(now - last) <= now * SETTLED) return now;
    last = now;
  }
  return last;
}

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** The driver on a screen in memory, with its files in this folder. */
async function openDriver(folder) {
  const port = await freePort();
  const own = Object.fromEntries(["DATA", "CONFIG", "CACHE"].map((kind) => [`XDG_${kind}_HOME`, join(folder, kind.toLowerCase())]));
  const child = spawn("dbus-run-session", ["--", "xvfb-run", "-a", "-s", "-screen 0 1280x800x24", "WebKitWebDriver", `--port=${port}`], {
    env: { ...process.env, ...own, TAURI_WEBVIEW_AUTOMATION: "true", LANG: "C.UTF-8" }, detached: true, stdio: "ignore",
  });
  const say = async (verb, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: verb, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${verb} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const until = Date.now() + PATIENCE;
  while (!(await say("GET", "/status").then(() => true, () => false))) {
    if (Date.now() > until) throw new Error("the driver does not answer");
    await wait(LOOK);
  }
  return { pid: child.pid, say, close: () => process.kill(-child.pid, "SIGTERM") };
}

/** One start: milliseconds from the process to the page, and kilobytes of memory then. */
async function once(driver, program, args, selector) {
  const { sessionId } = await driver.say("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary: program, args } } } });
  const pid = family(driver.pid).find((one) => isRunning(one, program));
  if (pid === undefined) throw new Error(`${program} does not run`);
  const script = { script: "return document.querySelector(arguments[0]) !== null;", args: [selector] };
  const until = Date.now() + PATIENCE;
  while (!(await driver.say("POST", `/session/${sessionId}/execute/sync`, script).catch(() => false))) {
    if (Date.now() > until) throw new Error(`${program} shows no ${selector}`);
    await wait(LOOK);
  }
  const shown = Date.now() - began(pid);
  const kilobytes = await settled(pid);
  await driver.say("DELETE", `/session/${sessionId}`);
  while (isRunning(pid, program)) await wait(LOOK);
  return { shown, kilobytes };
}

/** A buyer that has been here before: a profile, and a key that a file opens. */
async function settle(opener, data) {
  const words = join(data, "words");
  writeFileSync(words, "eight or more\n", { mode: 0o600 });
  const me = join(data, "me");
  const { child, ready } = await start(opener, ["peer", "--data", me, "--passphrase-file", words]);
  await ask(ready, "profile.set", {
    name: "Namdong", roles: { buys: true, sells: true }, place: { country: "KR", locality: "Incheon", latitude_e6: 37_456_300, longitude_e6: 126_705_200 },
    categories: [], words: "", radius_km: 300, currencies: ["KRW"], languages: ["en"], disclosure: "full",
  });
  await new Promise((resolve) => {
    child.on("exit", resolve);
    child.kill("SIGTERM");
  });
  return ["--data", me, "--passphrase-file", words];
}

/**
 * The medians of three: a bare window; the first page of a new program, which asks for a passphrase; the deals of one that has
 * been used, with its peer running. Ratios are to the bare window.
 */
export async function startup(opener, desktop, bare, data) {
  const returning = await settle(opener, data);
  const kinds = {
    bare: [realpathSync(bare), () => [], "h1"],
    first: [realpathSync(desktop), (round) => ["--data", join(data, `first-${round}`)], "form h1"],
    again: [realpathSync(desktop), () => returning, "a[href='/new']"],
  };
  const found = { bare: [], first: [], again: [] };
  mkdirSync(join(data, "screen"), { recursive: true });
  const driver = await openDriver(join(data, "screen"));
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [kind, [program, args, selector]] of Object.entries(kinds)) found[kind].push(await once(driver, program, args(round), selector));
    }
  } finally {
    driver.close();
  }
  const of = (kind, what) => median(found[kind].map((one) => one[what]));
  const ratio = (kind, what) => Math.round((of(kind, what) / of("bare", what)) * 100) / 100;
  return {
    bare_start_ms: Math.round(of("bare", "shown")), first_start_ms: Math.round(of("first", "shown")), again_start_ms: Math.round(of("again", "shown")),
    bare_pss_kb: of("bare", "kilobytes"), first_pss_kb: of("first", "kilobytes"), again_pss_kb: of("again", "kilobytes"),
    start_ratio: ratio("first", "shown"), start_again_ratio: ratio("again", "shown"), pss_ratio: ratio("first", "kilobytes"), pss_again_ratio: ratio("again", "kilobytes"),
  };
}
