// Two people call each other: two pages, two peers, cameras that count and microphones that hum.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { counted, hears, HUM, listen } from "./camera.mjs";
import { ask } from "./market.mjs";
import { rfp, until } from "./scene.mjs";
import { go } from "./views.mjs";

const TAGS = { en: "en-GB", ko: "ko-KR" };
const words = (locale) => ({ tag: TAGS[locale], ...JSON.parse(readFileSync(new URL(`../messages/${locale}.json`, import.meta.url), "utf8")) });
const exact = (name) => ({ name, exact: true });
const firm = (name, words, roles) => ({
  name, roles, place: { country: "KR", locality: "인천", latitude_e6: 37_456_300, longitude_e6: 126_705_200 }, categories: [], words, radius_km: 300,
  currencies: ["KRW"], languages: ["ko", "en"], disclosure: "full",
});
const CANVAS = "section.call canvas";
/** Different pictures that are proof enough of a moving one, and milliseconds after which a busy machine has failed to show them. */
const [ENOUGH, PATIENCE] = [12, 120_000];

/** Buyer and seller with pages at the talk of one deal, with a bid that stands. */
async function cast(open, locale, wide, narrow) {
  const w = words(locale);
  const buyer = await open(`call-${locale}-buyer`, w, wide);
  const seller = await open(`call-${locale}-seller`, w, narrow);
  await ask(buyer.ready, "profile.set", firm("Namdong 남동공방", "", { buys: true, sells: false }));
  await ask(seller.ready, "profile.set", firm("Hanil 한일철강", `rails 레일 ${locale}`, { buys: false, sells: true }));
  await until(seller.ready, "directory.status", {}, (rows) => rows.some((row) => row.registered_until));
  const request = rfp("Rails 레일, 12", [["Rail 레일 A55", "12", "H87"]], { budget: 12_000 });
  const { deal } = await ask(buyer.ready, "rfp.send", { rfp: request, to: [seller.ready.peer_id] });
  await until(seller.ready, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
  await ask(seller.ready, "bid.send", { deal, bid: { tax_basis: "net", valid_for_s: 6 * 3600, commitment: { kind: "firm" }, lines: [{ line: 1, price: "745", lead_time_days: 3 }] } });
  await until(buyer.ready, "deal.show", { deal }, (view) => view.dialogues[0]?.state === "bid_standing");
  for (const one of [buyer, seller]) await one.page.addInitScript(listen);
  await Promise.all([buyer.page.goto(buyer.address), seller.page.goto(seller.address)]);
  await Promise.all([go(buyer.page, `/deals/${deal}/${seller.ready.peer_id}`), go(seller.page, `/deals/${deal}`)]);
  return { w, buyer, seller, deal, talk: `/deals/${deal}/${seller.ready.peer_id}` };
}

const phase = (one, wanted) => until(one.ready, "call.show", {}, ({ call }) => call?.phase === wanted && call);
const press = (one, name) => one.page.getByRole("button", exact(name)).click();

async function moves(one, what) {
  const seen = await counted(one.page, CANVAS, ENOUGH, PATIENCE);
  assert.ok(seen.length >= ENOUGH, `${what}: only ${seen.length} different pictures were seen`);
}

/** One calls, the other takes the call with its camera. */
async function meet(caller, called, w, check = false) {
  // A browser plays only in a page that was touched.
  await called.page.keyboard.press("Shift");
  await press(caller, w.call_start_video);
  const ring = called.page.getByRole("alertdialog").filter({ hasText: w.call_rings });
  await ring.waitFor();
  await called.page.waitForFunction(() => globalThis.heard() > 700);
  // It rings for 45 seconds: one look at a time.
  if (check) await called.check("ringing");
  await ring.getByRole("button", exact(w.call_take_camera)).click();
  await Promise.all([phase(caller, "connected"), phase(called, "connected")]);
}

/** Each sees and hears the other; muted is silent; a camera that is off is no picture. */
async function seenAndHeard({ buyer, seller, w }) {
  await Promise.all([moves(buyer, "the seller's picture"), moves(seller, "the buyer's picture")]);
  await Promise.all([hears(buyer.page, HUM), hears(seller.page, HUM)]);
  await buyer.check("in a call");
  await seller.check("in a call");
  await press(buyer, w.call_mute);
  await hears(seller.page, 0);
  await hears(buyer.page, HUM);
  await press(buyer, w.call_mute);
  await hears(seller.page, HUM);
  await press(seller, w.camera);
  await buyer.page.locator(`${CANVAS}.hidden`).waitFor({ state: "attached" });
  await press(seller, w.camera);
  await moves(buyer, "the picture after the camera was off");
}

/** The call goes along: small beside the comparison, moved by keys, and large again in its talk. */
async function walked({ buyer, w, deal, talk }) {
  const { page } = buyer;
  await go(page, `/deals/${deal}`);
  const panel = page.locator("section.call.small");
  await panel.waitFor();
  await moves(buyer, "the picture while one walks");
  const before = await panel.boundingBox();
  await panel.getByRole("button", exact(w.call_move)).focus();
  await page.keyboard.press("Shift+ArrowLeft");
  await page.waitForFunction(([x]) => document.querySelector("section.call.small").getBoundingClientRect().x < x, [before.x]);
  await buyer.check("small beside the comparison");
  await panel.getByRole("button", exact(w.call_larger)).click();
  await page.waitForURL(`**${talk}`);
  await panel.waitFor({ state: "detached" });
  await press(buyer, w.call_devices);
  await page.getByRole("dialog").locator("meter").waitFor();
  await buyer.check("devices in a call");
  await page.keyboard.press("Escape");
}

/** Terms are written on, agreed to by both, and stand as a counter-offer that was accepted. */
async function agreed({ buyer, seller, w, deal }) {
  const [b, s] = [buyer.page, seller.page];
  await press(buyer, w.card_begin);
  const price = new RegExp(`^${w.unit_price}`);
  await b.getByRole("dialog").getByLabel(price).fill("700");
  await buyer.check("terms in a call");
  await press(buyer, w.card_put);
  const [mine, theirs] = [b, s].map((page) => page.getByRole("region", exact(w.card_title)));
  await theirs.getByText("₩8,400").waitFor();
  await seller.check("terms to agree on");
  // The other side changes them: an agreement to what was there before counts no more.
  await mine.getByRole("button", exact(w.card_agree)).click();
  await theirs.getByText(w.card_waits_me).waitFor();
  await theirs.getByRole("button", exact(w.card_change)).click();
  await s.getByRole("dialog").getByLabel(price).fill("720");
  await press(seller, w.card_put);
  await theirs.getByText("₩8,640").waitFor();
  await mine.getByText("₩8,640").waitFor();
  await mine.getByText(w.card_by_other).waitFor();
  await theirs.getByRole("button", exact(w.card_agree)).click();
  await mine.getByText(w.card_waits_me).waitFor();
  await mine.getByRole("button", exact(w.card_agree)).click();
  await Promise.all([mine, theirs].map((card) => card.getByText(w.card_signed).waitFor()));
  for (const one of [buyer, seller]) {
    await until(one.ready, "deal.show", { deal }, (view) => view.dialogues[0].state === "bid_standing" && view.dialogues[0].bids[0].total.amount === "8640");
  }
  await buyer.check("agreed in a call");
}

/** What is held up to the camera goes into the deal. */
async function snapped({ buyer, seller, w, deal }) {
  await press(buyer, w.call_snap);
  await buyer.page.getByText(w.call_snapped).waitFor();
  const [file] = await until(seller.ready, "attachment.list", { deal }, (found) => found.length > 0 && found);
  assert.match(file.name, /^photo-.*\.jpg$/);
}

/** Hung up; rung again and declined; nobody answers. */
async function notTaken({ buyer, seller, w }) {
  await press(seller, w.call_hang_up);
  for (const one of [buyer, seller]) await one.page.getByText(w.call_end_hung_up).waitFor();
  assert.equal(await buyer.page.locator("video").count(), 0, "the camera is closed");
  await buyer.check("a call that is over");
  const card = buyer.page.getByRole("log").getByText(w.call_not_recorded);
  await card.first().waitFor();
  await press(buyer, w.call_again);
  const ring = seller.page.getByRole("alertdialog").filter({ hasText: w.call_rings });
  await ring.getByRole("button", exact(w.call_decline)).click();
  await ring.waitFor({ state: "detached" });
  const said = (text) => buyer.page.getByText(text.replace("{name}", "Hanil 한일철강")).waitFor({ timeout: 90_000 });
  await said(w.call_end_declined);
  await press(buyer, w.call_again);
  await ring.waitFor();
  await buyer.check("calling");
  await said(w.call_end_no_answer);
  await ring.waitFor({ state: "detached" });
  await seller.page.getByText(w.nt_call_missed).first().waitFor();
  await buyer.page.getByRole("region", { name: w.call_with.replace("{name}", "Hanil 한일철강") }).getByRole("button", exact(w.close)).click();
}

/** The other side's program dies in the middle. */
async function lost({ buyer, seller, w }) {
  await meet(buyer, seller, w);
  await moves(buyer, "the picture before the other side dies");
  seller.child.kill("SIGKILL");
  await buyer.page.getByText(w.call_reconnecting).waitFor();
  await buyer.check("reconnecting");
  await buyer.page.getByText(w.call_end_gone.replace("{name}", "Hanil 한일철강")).waitFor({ timeout: 90_000 });
  assert.equal((await phase(buyer, "ended")).ended, "peer_gone");
}

/** Servers and what is hidden, in the settings. */
async function servers({ buyer, w }) {
  const { page } = buyer;
  await go(page, "/settings");
  await press(buyer, w.ice_add);
  await page.getByLabel(w.ice_url).fill("turn:relay.example.org:3478");
  await page.getByLabel(w.ice_user).fill("ann");
  await page.getByLabel(w.ice_password).fill("a secret");
  await page.getByLabel(w.call_private).check();
  const form = page.locator("form").filter({ hasText: w.ice_title });
  await form.getByRole("button", exact(w.save)).click();
  await form.getByText(w.ice_saved).waitFor();
  await buyer.check("servers of calls");
  const kept = await ask(buyer.ready, "call.settings.get");
  assert.deepEqual(kept, { servers: [{ url: "turn:relay.example.org:3478", username: "ann", has_password: true }], private: true });
}

/** The whole of it. */
export async function calls(open) {
  const all = await cast(open, "en", { width: 1280, height: 800 }, { width: 390, height: 844 });
  await meet(all.buyer, all.seller, all.w, true);
  await seenAndHeard(all);
  await walked(all);
  await agreed(all);
  await snapped(all);
  await notTaken(all);
  await lost(all);
  await servers(all);
  await all.buyer.close();
  await all.seller.close();
  all.buyer.child.kill("SIGTERM");
  console.log("ok calls");
}
