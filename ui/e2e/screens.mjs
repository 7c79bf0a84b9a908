// A picture of every view, in both languages and themes, wide and narrow: `node e2e/screens.mjs DIR`.
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { openDoor } from "./door.mjs";
import { folder, remove, start, stopAll } from "./market.mjs";
import { WORDS } from "./play.mjs";
import { stage } from "./scene.mjs";

const binary = process.env.OPENER_BIN;
const dist = join(fileURLToPath(import.meta.url), "..", "..", "dist");
const target = resolve(process.argv[2] ?? "target/screens");
/** Views whose name fits this expression, if it is set. */
const only = process.env.ONLY && new RegExp(process.env.ONLY);
if (!binary || !existsSync(binary)) throw new Error("OPENER_BIN must name the opener program");
if (!existsSync(join(dist, "index.html"))) throw new Error("build the interface first: npm run build");

const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
const exact = (name) => ({ name, exact: true });

/** Every view: its name, where it is, and what to do there first. */
function views({ compared, countered, done, rung }) {
  const tab = (at) => async (page) => page.getByRole("tab").nth(at).click();
  return [
    ["ring", "/", (page) => page.getByRole("alertdialog").waitFor()],
    ["deals", "/"],
    ["compare", `/deals/${compared}`],
    ["ranking", `/deals/${compared}`, tab(1)],
    ["map", `/deals/${compared}`, tab(2)],
    ["delivery", `/deals/${compared}`, tab(3)],
    ["request", `/deals/${compared}`, tab(4)],
    ["order", `/deals/${compared}`, async (page, w) => {
      await page.getByRole("button", exact(w.order)).click();
      await page.getByRole("dialog").waitFor();
    }],
    ["counter", `/deals/${countered.deal}/${countered.seller}`],
    ["concluded", `/deals/${done.deal}/${done.seller}`],
    ["incoming", `/deals/${rung.deal}`],
    ["bid-editor", `/deals/${rung.deal}/bid`],
    ["bid-sent", `/deals/${rung.bidOn}`],
    ["new-empty", "/new"],
    ["new", "/new", fill],
    ["network", "/network"],
    ["settings", "/settings"],
    ["palette", "/settings", async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("listbox").waitFor();
    }],
  ];
}

/** Snoozes what rings. */
async function silence(page) {
  const ring = page.getByRole("alertdialog");
  while (await ring.isVisible()) await ring.getByRole("button").last().click();
}

/** Writes a request without sending it. */
async function fill(page, w) {
  await page.getByLabel(`${w.item} 1`, { exact: true }).evaluate((input) => {
    const data = new DataTransfer();
    data.setData("text/plain", "Office chairs 사무용 의자\t24\tpcs\nDesks 책상\t6\tpcs");
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.locator("label.budget input").fill("9,000,000");
  await page.locator(".primary:not(:disabled)", { hasText: w.send }).waitFor();
}

/** Waits until the view has settled: nothing loading, fonts there, no motion. */
async function settle(page) {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => !document.querySelector(".note.loading"));
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
}

async function shoot(page, name, size, locale) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    await page.screenshot({ path: join(target, `${name}-${locale}-${colorScheme}-${size.width}.png`) });
  }
}

const go = (page, to) => page.evaluate((path) => {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}, to);

async function tour(browser, scene, fresh, size, locale) {
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
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const scene = await stage(binary, data, dist);
  const { ready: fresh } = await start(binary, ["peer", "--data", join(data, "fresh"), "--directory", scene.directory, "--ui", dist]);
  for (const locale of ["en", "ko"]) for (const size of SIZES) await tour(browser, scene, fresh, size, locale);
  console.log(`pictures of every view are in ${target}`);
} finally {
  await browser.close();
  await stopAll();
  remove(data);
}
