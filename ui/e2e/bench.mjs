// How quickly the large screens paint and scroll, and how the desktop program starts beside a bare window, as one line of
// JSON: `node e2e/bench.mjs`, with OPENER_BIN, OPENER_DESKTOP and OPENER_BARE naming the programs.
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { openDoor } from "./door.mjs";
import { large } from "./large.mjs";
import { folder, remove, stopAll } from "./market.mjs";
import { stage } from "./scene.mjs";
import { startup } from "./startup.mjs";

const dist = join(fileURLToPath(import.meta.url), "..", "..", "dist");
/** Times that each thing is done: the median counts. */
const ROUNDS = 7;
/** Pixels and frames of one scroll. */
const [STEP, FRAMES] = [240, 90];

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const at = (all, share) => [...all].sort((a, b) => a - b)[Math.min(Math.floor(all.length * share), all.length - 1)];
const round = (value) => Math.round(value * 10) / 10;

/** Milliseconds from the wish to be somewhere until the frame that shows `wanted`. */
const paint = (page, path, wanted) => page.evaluate(([to, selector]) => new Promise((resolve) => {
  const began = performance.now();
  history.pushState(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
  const look = () => (document.querySelector(selector) ? requestAnimationFrame(() => resolve(performance.now() - began)) : requestAnimationFrame(look));
  look();
}), [path, wanted]);

/** Times between frames while a box is scrolled. */
const scroll = (page, selector, axis) => page.evaluate(([wanted, way, step, frames]) => new Promise((resolve) => {
  const box = document.querySelector(wanted);
  const times = [];
  let last = performance.now();
  const next = (now) => {
    times.push(now - last);
    last = now;
    if (times.length > frames) return resolve(times.slice(1));
    if (way === "x") box.scrollLeft += step;
    else box.scrollTop += step;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}), [selector, axis, STEP, FRAMES]);

/** Milliseconds of processor time that a page's thread spends on something: the same on a busy machine. */
async function spent(page, doing) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const so = async () => (await devtools.send("Performance.getMetrics")).metrics.find((one) => one.name === "TaskDuration").value * 1000;
  const before = await so();
  const found = await doing();
  const cpu = (await so()) - before;
  await devtools.detach();
  return { found, cpu };
}

/** Frames that took longer than two of sixty a second. */
const dropped = (times) => times.filter((time) => time > 34).length;
const scrolled = ({ found: times, cpu }) => ({ cpu_ms_a_frame: round(cpu / times.length), p50_ms: round(median(times)), p95_ms: round(at(times, 0.95)), dropped: dropped(times), frames: times.length });

/** Measures a page of a peer with a large life. */
export async function measure(browser, scene, directoryOf) {
  const { me } = scene.firms;
  const door = await openDoor(me.gateway, directoryOf, await large(me, scene.compared));
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60_000);
  const started = performance.now();
  await page.goto(`${door.url}/network#token=${me.token}`);
  await page.locator("h1").first().waitFor();
  const opened = performance.now() - started;
  const [list, compare, listCpu, compareCpu] = [[], [], [], []];
  for (let i = 0; i < ROUNDS; i += 1) {
    const listed = await spent(page, () => paint(page, "/", "a.deal"));
    list.push(listed.found);
    listCpu.push(listed.cpu);
    await paint(page, "/network", ".page h1");
    const { found, cpu } = await spent(page, () => paint(page, `/deals/${scene.compared}`, "tbody td.num b"));
    compare.push(found);
    compareCpu.push(cpu);
    await paint(page, "/network", ".page h1");
  }
  await paint(page, "/", "a.deal");
  const listScroll = await spent(page, () => scroll(page, "section > .list", "y"));
  await paint(page, `/deals/${scene.compared}`, "tbody td.num b");
  const down = await spent(page, () => scroll(page, ".scroll", "y"));
  const across = await spent(page, () => scroll(page, ".scroll", "x"));
  const drawn = await page.evaluate(() => document.querySelectorAll("*").length);
  await page.close();
  door.close();
  return {
    list_first_paint_ms: round(median(list)), list_cpu_ms: round(median(listCpu)), list_worst_paint_ms: round(Math.max(...list)),
    compare_first_paint_ms: round(median(compare)), compare_cpu_ms: round(median(compareCpu)), compare_worst_paint_ms: round(Math.max(...compare)),
    list_scroll: scrolled(listScroll), compare_scroll_down: scrolled(down), compare_scroll_across: scrolled(across),
    elements: drawn, page_open_ms: round(opened),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const data = folder();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const scene = await stage(process.env.OPENER_BIN, data, dist);
    const found = await measure(browser, scene, dist);
    // One after the other: what is measured has the machine for itself.
    await browser.close();
    await stopAll();
    const { OPENER_BIN: opener, OPENER_DESKTOP: desktop, OPENER_BARE: bare } = process.env;
    const window = desktop && bare ? { window: await startup(opener, desktop, bare, data) } : {};
    console.log(JSON.stringify({ bench: "ui", deals: 10_000, bids: 500, lines: 330, cores: cpus().length, ...found, ...window }));
  } finally {
    await browser.close();
    await stopAll();
    remove(data);
  }
}
