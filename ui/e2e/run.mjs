// Plays whole rounds in a real browser against real peers: `npm run e2e`, with OPENER_BIN naming the program.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { after } from "./after.mjs";
import { calls } from "./calls.mjs";
import { devices } from "./camera.mjs";
import { openDoor } from "./door.mjs";
import { ask, folder, remove, start, stopAll } from "./market.mjs";
import { byKeyboard, negotiate } from "./negotiate.mjs";
import { rough } from "./rough.mjs";
import { stage } from "./scene.mjs";
import { stranger } from "./stranger.mjs";
import { pictured, tries } from "./trial.mjs";
import { weigh } from "./weigh.mjs";
import { around, bid, conclude, outage, request, signTerms, welcome, WORDS } from "./play.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const binary = process.env.OPENER_BIN;
const dist = join(fileURLToPath(import.meta.url), "..", "..", "dist");
if (!existsSync(CHROMIUM)) {
  console.log(`skipped: there is no ${CHROMIUM}`);
  process.exit(0);
}
if (!binary || !existsSync(binary)) throw new Error("OPENER_BIN must name the opener program");
if (!existsSync(join(dist, "index.html"))) throw new Error("build the interface first: npm run build");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const exact = (name) => ({ name, exact: true });
const shots = process.env.SHOTS;
/** Plays whose name fits this expression, if it is set. */
const only = process.env.PLAY && new RegExp(process.env.PLAY);
const problems = [];

/** Looks at a screen in both themes: nothing serious for axe, nothing wider than the window. */
function checker(page, name) {
  return async (screen) => {
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
    const before = await page.evaluate(() => document.documentElement.dataset.theme);
    for (const theme of ["light", "dark"]) {
      await page.evaluate((wanted) => (document.documentElement.dataset.theme = wanted), theme);
      // Colours change within the longest motion of the tokens.
      await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => undefined))));
      const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      for (const one of found.violations.filter((violation) => ["serious", "critical"].includes(violation.impact))) {
        problems.push(`${name}, ${screen}, ${theme}: ${one.id} at ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
      }
      if (shots) await page.screenshot({ path: join(shots, `${name}-${screen.replace(/\W+/g, "-")}-${theme}.png`) });
    }
    await page.evaluate((old) => (document.documentElement.dataset.theme = old), before);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) problems.push(`${name}, ${screen}: ${over} pixels wider than the window`);
  };
}

/** The interface as a peer's own gateway serves it. */
const ownDoor = (gateway) => ({ url: gateway, close: () => undefined });

/** A peer of our own with a page, served by its gateway or by a door that stays when the peer goes. */
async function open(browser, directory, data, name, w, viewport, through = ownDoor) {
  const { child, ready } = await start(binary, ["peer", "--data", join(data, name), "--directory", directory, "--ui", dist]);
  const door = await through(ready.gateway, dist);
  const context = await browser.newContext({ viewport, locale: w.tag, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.addInitScript(axe);
  page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/^Failed to load resource|^WebSocket connection to/.test(message.text())) problems.push(`${name}: ${message.text()}`);
  });
  page.on("response", (response) => {
    // An order may be cancelled between two questions about it.
    const isOver = response.status() === 404 && response.request().postData()?.includes('"terms.show"');
    if (response.status() >= 400 && !isOver) problems.push(`${name}: ${response.status()} for ${response.request().postData() ?? response.url()}`);
  });
  const address = `${door.url}/#token=${ready.token}`;
  return { child, ready, page, address, check: checker(page, name), close: async () => (await context.close(), door.close()) };
}

async function play(browser, directory, data, locale, viewport) {
  const w = WORDS[locale];
  const name = `${locale}-${viewport.width}`;
  const seller = await open(browser, directory, data, `${name}-seller`, w, viewport);
  const named = `Mega 메가가구 ${locale}`;
  await ask(seller.ready, "profile.set", {
    name: named, roles: { buys: true, sells: true }, place: { country: "KR", locality: "부천", latitude_e6: 37_503_400, longitude_e6: 126_766_000 },
    categories: [], words: "office chairs desks 의자 책상", radius_km: 300, currencies: ["KRW"], languages: ["ko", "en"], disclosure: "full",
  });
  await seller.page.goto(seller.address);
  const { child, ready, page, address, check, close } = await open(browser, directory, data, name, w, viewport, openDoor);
  await page.goto(address);
  await welcome(page, w, check);
  assert.ok(!page.url().includes("token"), "the token leaves the address");
  await request(page, w, check);
  await bid(seller.page, w, seller.check);
  await conclude(page, w, check, named);
  await seller.page.getByRole("button", exact(w.terms)).waitFor();
  await seller.check("seller, concluded");
  await signTerms(seller.page, w);
  await page.getByText(w.reported, { exact: true }).waitFor();
  const proof = page.waitForEvent("download");
  await page.getByRole("button", exact(w.proof)).click();
  const file = join(data, `${name}.json`);
  await (await proof).saveAs(file);
  const verdict = spawnSync(binary, ["verify", file], { encoding: "utf8" });
  assert.equal(verdict.status, 0, `the saved proof holds: ${verdict.stdout}${verdict.stderr}`);
  await around(page, check);
  const deals = await ask(ready, "deal.list", {});
  const shown = await ask(ready, "deal.show", { deal: deals[0].deal });
  const made = shown.dialogues.filter((one) => ["concluded", "reported"].includes(one.state));
  assert.equal(made.length, 1, "one contract");
  assert.ok(made[0].signed_by_buyer, "with signed terms");
  await outage(page, w, child, check);
  await close();
  await seller.close();
  console.log(`ok ${name}`);
}

const data = folder();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--allow-loopback-in-peer-connection", ...devices(data)] });
try {
  const market = await start(binary, ["market", "--sellers", "6", "--data", join(data, "market")]);
  const directory = market.ready.directory[0];
  const on = (name, w, viewport) => open(browser, directory, data, name, w, viewport);
  const plays = {
    round_en: () => play(browser, directory, data, "en", { width: 1280, height: 800 }),
    round_ko: () => play(browser, directory, data, "ko", { width: 390, height: 844 }),
    negotiation_en: () => negotiate(on, binary, directory, data, "en", { width: 1280, height: 800 }),
    negotiation_ko: () => negotiate(on, binary, directory, data, "ko", { width: 390, height: 844 }),
    after: () => after(on, binary, directory, data),
    weigh_en: () => weigh(on, binary, directory, data, "en", { width: 1280, height: 800 }),
    weigh_ko: () => weigh(on, binary, directory, data, "ko", { width: 390, height: 844 }),
    keyboard: () => byKeyboard(on, binary, directory, data),
    camera: async () => {
      await tries(on, "en", { width: 1280, height: 800 });
      await tries(on, "ko", { width: 390, height: 844 });
      await pictured(on, binary, directory, data, "en", { width: 1280, height: 800 });
      await pictured(on, binary, directory, data, "ko", { width: 390, height: 844 });
      console.log("ok camera and microphone");
    },
    calls: () => calls(on),
    stranger: () => stranger(browser, binary),
    texts: async () => {
      problems.push(...(await rough(browser, await stage(binary, join(data, "scene"), dist), dist)));
      console.log("ok hostile texts and long words");
    },
  };
  for (const [name, own] of Object.entries(plays)) if (!only || only.test(name)) await own();
  assert.deepEqual(problems, []);
} catch (error) {
  problems.forEach((problem) => console.error(problem));
  const pages = browser.contexts().flatMap((context) => context.pages());
  if (shots) for (const [i, page] of pages.entries()) await page.screenshot({ path: join(shots, `failed-${i}.png`) });
  throw error;
} finally {
  await browser.close();
  await stopAll();
  remove(data);
}
