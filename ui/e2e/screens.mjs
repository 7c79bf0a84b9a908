// A picture of every view, in both languages and themes, wide and narrow: `node e2e/screens.mjs DIR`.
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { openDoor } from "./door.mjs";
import { folder, remove, start, stopAll } from "./market.mjs";
import { WORDS } from "./play.mjs";
import { devices } from "./camera.mjs";
import { restored, stage } from "./scene.mjs";
import { go, settle, silence, views } from "./views.mjs";

const binary = process.env.OPENER_BIN;
const dist = join(fileURLToPath(import.meta.url), "..", "..", "dist");
const target = resolve(process.argv[2] ?? "target/screens");
/** Views whose name fits this expression, if it is set. */
const only = process.env.ONLY && new RegExp(process.env.ONLY);
if (!binary || !existsSync(binary)) throw new Error("OPENER_BIN must name the opener program");
if (!existsSync(join(dist, "index.html"))) throw new Error("build the interface first: npm run build");

const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
async function shoot(page, name, size, locale) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    await page.screenshot({ path: join(target, `${name}-${locale}-${colorScheme}-${size.width}.png`) });
  }
}

/** What goes on paper: one theme, one size. */
async function onPaper(page, { compared }, size, locale) {
  if (size !== SIZES[0]) return;
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  for (const [name, tab] of [["print-compare", 0], ["print-request", 6]]) {
    await go(page, `/deals/${compared}`);
    await settle(page);
    await page.emulateMedia({ media: "screen" });
    await page.getByRole("tab").nth(tab).click();
    await settle(page);
    await page.emulateMedia({ media: "print" });
    await page.screenshot({ path: join(target, `${name}-${locale}.png`), fullPage: true });
  }
  await page.emulateMedia({ media: "screen" });
}

async function tour(browser, scene, fresh, moved, size, locale) {
  const w = WORDS[locale];
  const context = await browser.newContext({ viewport: size, locale: w.tag, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const { me } = scene.firms;
  await page.goto(`${me.gateway}/#token=${me.token}`);
  await page.getByRole("alertdialog").waitFor();
  for (const [name, path, prepare] of views(scene)) {
    if (only && !only.test(name)) continue;
    if (name !== "ring") await silence(page);
    await go(page, path);
    await settle(page);
    await prepare?.(page, w);
    await shoot(page, name, size, locale);
    await page.keyboard.press("Escape");
  }
  if (!only || only.test("print")) await onPaper(page, scene, size, locale);
  if (!only || only.test("restored")) {
    const other = await context.newPage();
    await other.goto(`${moved.gateway}/#token=${moved.token}`);
    await other.locator(".held").waitFor();
    await shoot(other, "restored", size, locale);
    await other.close();
  }
  if (!only || only.test("welcome offline")) {
    const other = await context.newPage();
    await other.goto(`${fresh.gateway}/#token=${fresh.token}`);
    await shoot(other, "welcome", size, locale);
    const door = await openDoor("http://127.0.0.1:9", dist);
    await other.goto(`${door.url}/#token=none`);
    await other.getByRole("alert").waitFor();
    await shoot(other, "offline", size, locale);
    door.close();
  }
  await context.close();
}

mkdirSync(target, { recursive: true });
const data = folder();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", ...devices(data)] });
try {
  const scene = await stage(binary, data, dist);
  const { ready: fresh } = await start(binary, ["peer", "--data", join(data, "fresh"), "--directory", scene.directory, "--ui", dist]);
  const moved = await restored(binary, data, scene.firms, dist);
  for (const locale of ["en", "ko"]) for (const size of SIZES) await tour(browser, scene, fresh, moved, size, locale);
  console.log(`pictures of every view are in ${target}`);
} finally {
  await browser.close();
  await stopAll();
  remove(data);
}
