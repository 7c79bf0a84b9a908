// What follows bids and order: files, an address looked at before it is opened, the last round, a comparison on paper, an order
// changed and cancelled by both, a backup.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, put, start } from "./market.mjs";
import { rfp, until } from "./scene.mjs";

const WORDS = {
  en: {
    tag: "en-GB", files: "Files", save: "Save", fetch: "Fetch", open: "Open in the browser", back: "Back", last: "Last bids…", signLast: "Sign and ask", give: "Give the last bid", sendBid: "Send bid", signBid: "Sign and send",
    price: /^Unit price/, order: "ORDER", sign: "Sign and ORDER", signNow: "Sign", concluded: "Concluded", change: "Change the order", cancelOrder: "Cancel the order", quantity: "Quantity", review: "Review…",
    propose: "Sign and propose", agree: "Agree…", refuse: "Refuse", cancelled: "Called off", backup: "Make a backup",
    words: "Passphrase", again: "Once more", made: "The backup is made",
  },
};
const exact = (name) => ({ name, exact: true });
const firm = (name, words, roles) => ({
  name, roles, place: { country: "KR", locality: "인천", latitude_e6: 37_456_300, longitude_e6: 126_705_200 }, categories: [], words, radius_km: 300,
  currencies: ["KRW"], languages: ["ko", "en"], disclosure: "full",
});
const bid = (prices, more = {}) => ({ tax_basis: "net", valid_for_s: 6 * 3600, commitment: { kind: "firm" }, lines: prices.map((price, i) => ({ line: i + 1, price: String(price), lead_time_days: 3 })), ...more });
const go = (page, path) => page.evaluate((to) => {
  history.pushState(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}, path);
const dialogue = (peer, deal, seller, wanted) => until(peer, "deal.show", { deal }, (view) => view.dialogues.find((one) => one.seller === seller && wanted(one)));

/** A buyer with a page, a seller with a page, and a second seller. */
async function cast(open, binary, directory, data, w) {
  const buyer = await open("after-buyer", w, { width: 1280, height: 800 });
  const seller = await open("after-seller", w, { width: 390, height: 844 });
  const other = await start(binary, ["peer", "--data", join(data, "after-other"), "--directory", directory]);
  await ask(buyer.ready, "profile.set", firm("Namdong 남동공방", "", { buys: true, sells: false }));
  await ask(seller.ready, "profile.set", firm("Hanil 한일철강", "beams after", { buys: false, sells: true }));
  await ask(other.ready, "profile.set", firm("Mega 메가금속", "beams after", { buys: false, sells: true }));
  for (const one of [seller.ready, other.ready]) await until(one, "directory.status", {}, (rows) => rows.some((row) => row.registered_until));
  return { buyer, seller, other };
}

/** Files go out with a request and come back with a bid; an address is looked at before it is opened; a comparison is printed. */
async function papers({ buyer, seller, other }, w, data) {
  const [b, s] = [buyer.page, seller.page];
  const plan = await put(buyer.ready, "plan 배치도.pdf", "application/pdf", "%PDF plan");
  const quote = await put(seller.ready, "quote.txt", "text/plain", "as discussed");
  const request = rfp("Beams, 6", [["Beam HEB 200", "6", "H87"]], { budget: 12_000, deadline: "in 14 s", attachments: [plan] });
  const { deal } = await ask(buyer.ready, "rfp.send", { rfp: request, to: [seller.ready.peer_id, other.ready.peer_id] });
  await until(seller.ready, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
  await ask(seller.ready, "bid.send", { deal, bid: bid([745], { urls: ["https://hanil.example/beams?page=2", "javascript:alert(1)"].slice(0, 1), attachments: [quote] }) });
  await until(other.ready, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
  await ask(other.ready, "bid.send", { deal, bid: bid([760], { commitment: { kind: "revocable" } }) });

  await go(s, `/deals/${deal}`);
  await s.getByRole("log").waitFor();
  await s.getByRole("tab").first().click();
  await s.getByRole("button", { name: `${w.fetch}: plan 배치도.pdf` }).click();
  const here = s.getByRole("button", { name: `${w.save}: plan 배치도.pdf` });
  await here.waitFor();
  const [arrived] = await Promise.all([s.waitForEvent("download"), here.click()]);
  assert.equal(readFileSync(await arrived.path(), "utf8"), "%PDF plan");
  await seller.check("request with a file");

  await go(b, `/deals/${deal}/${seller.ready.peer_id}`);
  await b.getByRole("button", { name: "hanil.example" }).first().click();
  const asks = b.getByRole("dialog");
  await asks.getByText("hanil.example", { exact: true }).waitFor();
  await buyer.check("where an address leads");
  assert.equal(b.context().pages().length, 1, "nothing opens before a person says so");
  await asks.getByRole("button", exact(w.back)).click();
  await b.getByRole("button", { name: `${w.fetch}: quote.txt` }).first().click();
  await b.getByRole("button", { name: `${w.save}: quote.txt` }).first().waitFor();

  // On paper: A4, all columns, nothing that is only for hands.
  await go(b, `/deals/${deal}`);
  await b.getByRole("region", { name: /Compare/ }).waitFor();
  const file = join(data, "comparison.pdf");
  await b.pdf({ path: file, preferCSSPageSize: true });
  await b.emulateMedia({ media: "print" });
  const seen = await b.evaluate(() => {
    const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
    const table = document.querySelector(".scroll table");
    return { table: table !== null && shown(table), buttons: [...document.querySelectorAll("button")].filter(shown).length, wide: (table?.getBoundingClientRect().right ?? 0) > document.documentElement.clientWidth + 1 };
  });
  await b.emulateMedia({ media: "screen" });
  assert.deepEqual(seen, { table: true, buttons: 0, wide: false });
  const text = spawnSync("pdfinfo", [file], { encoding: "utf8" });
  if (text.status === 0) assert.match(text.stdout, /A4/);
  assert.ok(statSync(file).size > 10_000, "the comparison is on paper");
  return deal;
}

/** After the deadline both are asked for their last bids; the seller gives one, the other's stands. */
async function lastRound({ buyer, seller }, w, deal) {
  const [b, s] = [buyer.page, seller.page];
  await b.getByRole("button", exact(w.last)).click();
  await b.getByRole("dialog").getByRole("checkbox").first().waitFor();
  await buyer.check("last round");
  await b.getByRole("button", exact(w.signLast)).click();
  await s.getByRole("button", exact(w.give)).waitFor();
  await seller.check("asked for the last bid");
  await s.getByRole("button", exact(w.give)).click();
  await s.getByLabel(w.price).first().fill("700");
  await s.getByRole("button", exact(w.sendBid)).click();
  await s.getByRole("button", exact(w.signBid)).click();
  await dialogue(buyer.ready, deal, seller.ready.peer_id, (one) => one.last_round?.answered && one.bids[0].total.amount === "4200");
  await b.getByText("1 of 2 have answered").waitFor();
  assert.ok(await b.getByRole("button", exact(w.order)).isDisabled(), "no order while last bids are taken");
}

/** Ordered; a change proposed and refused, another agreed to; cancelled by both. */
async function amended({ buyer, seller }, w) {
  const [b, s] = [buyer.page, seller.page];
  const { deal } = await ask(buyer.ready, "rfp.send", { rfp: rfp("Columns, 6", [["Column HEB 160", "6", "H87"]], { budget: 12_000 }), to: [seller.ready.peer_id] });
  await until(seller.ready, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
  await ask(seller.ready, "bid.send", { deal, bid: bid([700]) });
  await dialogue(buyer.ready, deal, seller.ready.peer_id, (one) => one.state === "bid_standing");
  await Promise.all([go(b, `/deals/${deal}`), go(s, `/deals/${deal}`)]);
  await b.getByRole("button", exact(w.order)).click();
  await b.getByRole("button", exact(w.sign)).click();
  await b.getByText(w.concluded, { exact: true }).first().waitFor();
  const propose = async (quantity) => {
    await b.getByRole("button", exact(w.change)).click();
    await b.getByRole("dialog").getByLabel(new RegExp(`^${w.quantity}`)).fill(quantity);
    await buyer.check("change of the order");
    await b.getByRole("button", exact(w.review)).click();
    await b.getByRole("button", exact(w.propose)).click();
  };
  await propose("4");
  await s.getByRole("button", exact(w.agree)).waitFor();
  await seller.check("a change proposed");
  await s.getByRole("button", exact(w.refuse)).click();
  await s.getByRole("dialog").getByRole("button", exact(w.signNow)).click();
  await dialogue(buyer.ready, deal, seller.ready.peer_id, (one) => one.amendment === null);
  await propose("5");
  await s.getByRole("button", exact(w.agree)).click();
  await s.getByRole("dialog").getByRole("button", exact(w.signNow)).click();
  await dialogue(buyer.ready, deal, seller.ready.peer_id, (one) => one.order.changed?.lines[0].quantity.value === "5");
  await buyer.check("order changed");
  await s.getByRole("button", exact(w.cancelOrder)).click();
  await seller.check("cancel the order");
  await s.getByRole("dialog").getByRole("button", exact(w.signNow)).click();
  await b.getByRole("button", exact(w.agree)).click();
  await b.getByRole("dialog").getByRole("button", exact(w.signNow)).click();
  await dialogue(buyer.ready, deal, seller.ready.peer_id, (one) => one.state === "cancelled");
}

/** Everything in one file, which opens on another machine. */
async function backedUp({ buyer }, w, binary, data) {
  const page = buyer.page;
  await go(page, "/settings");
  await page.getByRole("button", exact(w.backup)).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(w.words, { exact: true }).fill("eight or more");
  await dialog.getByLabel(w.again, { exact: true }).fill("eight or more");
  await buyer.check("backup");
  const [given] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", exact(w.backup)).click()]);
  const file = join(data, "shop.backup");
  await given.saveAs(file);
  await page.getByText(w.made).waitFor();
  const words = join(data, "words");
  writeFileSync(words, "eight or more\n", { mode: 0o600 });
  const folder = join(data, "moved");
  const restored = spawnSync(binary, ["restore", file, "--data", folder, "--passphrase-file", words], { encoding: "utf8" });
  assert.equal(restored.status, 0, restored.stderr);
  assert.equal(JSON.parse(restored.stdout).peer_id, buyer.ready.peer_id);
  const moved = await start(binary, ["peer", "--data", folder, "--passphrase-file", words]);
  const there = await ask(moved.ready, "deal.list", {});
  const here = await ask(buyer.ready, "deal.list", {});
  assert.deepEqual(there.map((row) => row.deal), here.map((row) => row.deal));
  await assert.rejects(ask(moved.ready, "chat.send", { deal: here[0].deal, text: "x" }), /held/);
  moved.child.kill("SIGTERM");
}

/** All of it. */
export async function after(open, binary, directory, data) {
  const w = WORDS.en;
  const actors = await cast(open, binary, directory, data, w);
  const { buyer, seller, other } = actors;
  await Promise.all([buyer.page.goto(buyer.address), seller.page.goto(seller.address)]);
  const deal = await papers(actors, w, data);
  await lastRound(actors, w, deal);
  await amended(actors, w);
  await backedUp(actors, w, binary, data);
  await buyer.close();
  await seller.close();
  for (const one of [buyer, seller, other]) one.child.kill("SIGTERM");
  console.log("ok after bids and order");
}
