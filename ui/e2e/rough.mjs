// Every view with hostile texts of strangers, and every view with words twice as long: nothing executes, nothing is asked of
// another host, nothing leaves its box.
import assert from "node:assert/strict";
import { openDoor } from "./door.mjs";
import { hostile, MARK, STRINGS } from "./hostile.mjs";
import { WORDS } from "./play.mjs";
import { go, settle, silence, views } from "./views.mjs";

const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
/** Views that a hostile text cannot reach by the words of their buttons. */
const OWN = new Set(["new"]);

/** What leaves its box: wider than the window, or drawn outside of what scrolls or cuts it. */
const outside = () => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth - innerWidth} pixels too wide`);
  const cuts = (one) => getComputedStyle(one).overflowX !== "visible";
  for (const one of document.querySelectorAll("bdi, button, a, label, h1, h2, h3, th, td, p, input, select, summary, .pill")) {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || one.closest(".sr, [hidden]")) continue;
    let parent = one.parentElement;
    while (parent && !cuts(parent)) parent = parent.parentElement;
    const room = parent && parent !== document.documentElement && parent !== document.body ? parent.getBoundingClientRect() : { left: 0, right: innerWidth };
    const scrolls = parent && ["auto", "scroll"].includes(getComputedStyle(parent).overflowX) && parent.matches(".scroll, .tab-list");
    if (!scrolls && (box.right > room.right + 2 || box.left < room.left - 2)) found.push(`${one.tagName.toLowerCase()}.${one.className} "${one.textContent.slice(0, 30)}" ${Math.round(box.left)}–${Math.round(box.right)} in ${Math.round(room.left)}–${Math.round(room.right)}`);
  }
  return found.slice(0, 5);
};

/** What a stranger's text has become beside text. */
const alive = (mark) => {
  const found = [];
  if (globalThis.hackedBy) found.push("a script ran");
  const own = (one) => !one.src || new URL(one.src).origin === location.origin;
  for (const one of document.querySelectorAll("script, iframe, object, embed, img, base, meta[http-equiv], form[action], link, style")) {
    if (["SCRIPT", "LINK"].includes(one.tagName) && one.closest("head") && own(one)) continue;
    found.push(one.outerHTML.slice(0, 80));
  }
  for (const one of document.querySelectorAll("a[href]")) if (!["http:", "https:"].includes(one.protocol) || (one.origin !== location.origin && !/noreferrer/.test(one.rel))) found.push(one.outerHTML.slice(0, 80));
  for (const one of document.querySelectorAll("*")) {
    for (const attribute of one.attributes) if (attribute.value.includes(mark) && attribute.name !== "value") found.push(`${attribute.name} of ${one.tagName.toLowerCase()}.${one.className}`);
    for (const node of one.childNodes) if (node.nodeType === 3 && node.data.includes(mark) && one.tagName !== "TEXTAREA") found.push(`${one.tagName.toLowerCase()}.${one.className} in ${one.parentElement?.className}`);
  }
  return [...new Set(found)].slice(0, 6);
};

/** Every word of ours twice: what a longer language takes. Numbers, names of strangers and what is typed stay. */
const lengthen = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const node of texts) {
    if (node.parentElement.closest("bdi, code, svg, textarea, option, time") || !/\p{L}{2}/u.test(node.data)) continue;
    node.data = node.data.replace(/[\p{L}][\p{L}\p{M}'’-]*/gu, (word) => `${word} ${word}`);
  }
};

/** Looks at every view; gives what is wrong. */
export async function rough(browser, scene, dist) {
  const problems = [];
  const { me } = scene.firms;
  for (const [locale, isHostile] of [["en", true], ["en", false], ["ko", false]]) {
    for (const size of SIZES) {
      const name = `${locale}-${size.width}${isHostile ? "" : "-long"}`;
      const text = hostile(me);
      const door = await openDoor(me.gateway, dist, isHostile ? text.instead : undefined);
      const context = await browser.newContext({ viewport: size, locale: WORDS[locale].tag, reducedMotion: "reduce" });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      await page.addInitScript(() => (globalThis.hacked = () => (globalThis.hackedBy = true)));
      page.on("dialog", (dialog) => (problems.push(`${name}: a dialog: ${dialog.message()}`), dialog.dismiss()));
      page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
      page.on("request", (asked) => {
        if (!asked.url().startsWith(door.url) && !/^(data|blob):/.test(asked.url())) problems.push(`${name}: asked ${asked.url().slice(0, 80)}`);
      });
      await page.goto(`${door.url}/#token=${me.token}`);
      for (const [view, path, prepare] of views(scene)) {
        if (isHostile && OWN.has(view)) continue;
        // Words that were made longer are not the page's own any more: it begins anew.
        if (isHostile) await go(page, path);
        else await page.goto(`${door.url}${path}`);
        await settle(page);
        if (view !== "ring") await silence(page);
        await prepare?.(page, WORDS[locale]);
        await settle(page);
        const say = (what) => (found) => problems.push(`${name}, ${view}, ${what}: ${found}`);
        if (isHostile) (await page.evaluate(alive, MARK)).forEach(say("hostile text"));
        else await page.evaluate(lengthen);
        (await page.evaluate(outside)).forEach(say(isHostile ? "hostile text" : "longer words"));
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/rough-${view}-${name}.png` });
        await page.keyboard.press("Escape");
      }
      if (isHostile) assert.ok(text.taken() >= STRINGS.length, `only ${text.taken()} hostile strings were shown`);
      await context.close();
      door.close();
    }
  }
  return problems;
}
