// A negotiation as two people play it: a question to everybody, counter-offers both ways, a seller that is away, a revision
// confirmed in one step, a bid that lapses, an order of a part answered in two deliveries. And a round by keyboard alone.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ask, start } from "./market.mjs";
import { rfp, until } from "./scene.mjs";

/** The words on the screen that the play looks for. */
const WORDS = {
  en: {
    tag: "en-GB", ask: "Ask", question: "Question", signAsk: "Sign and ask", questions: "Questions", everyone: "Answer to everyone", answer: "Answer", signAnswer: "Sign and answer everyone",
    counter: "Counter", review: "Review…", signCounter: "Sign and counter", back: "Counter back", accept: "Accept…", signAccept: "Sign and accept", price: "Unit price (KRW)",
    revise: "Revise", quantity: "Quantity", sendRevision: "SEND revision", confirm: /^Sign and confirm for/, compare: "Compare", history: "History", order: "ORDER", orderThis: "Order this", sign: "Sign and ORDER",
    byLine: "Line by line", split: "Split", signNow: "Sign", take: "Accept", concluded: "Concluded", more: "More time", hold: "Hold", signHold: "Sign and promise", lapsed: "lapsed",
    fresh: "New request", item: "Item", budget: "You expect to pay about", send: "SEND",
  },
  ko: {
    tag: "ko-KR", ask: "질문", question: "질문", signAsk: "서명하고 질문", questions: "질문", everyone: "모두에게 답변", answer: "답변", signAnswer: "서명하고 모두에게 답변",
    counter: "수정 제안", review: "확인…", signCounter: "서명하고 제안", back: "다시 제안", accept: "수락…", signAccept: "서명하고 수락", price: "단가 (KRW)",
    revise: "수정", quantity: "수량", sendRevision: "수정 보내기", confirm: /^서명하고 확인/, compare: "비교", history: "기록", order: "주문", orderThis: "이 견적 주문", sign: "서명하고 주문",
    byLine: "품목별로", split: "나누어 납품", signNow: "서명", take: "수락", concluded: "계약 성사", more: "기한 연장", hold: "우선 거래", signHold: "서명하고 약속", lapsed: "만료",
    fresh: "새 요청", item: "품목", budget: "예상 금액", send: "보내기",
  },
};

const exact = (name) => ({ name, exact: true });
const firm = (name, words, roles) => ({
  name, roles, place: { country: "KR", locality: "인천", latitude_e6: 37_456_300, longitude_e6: 126_705_200 }, categories: [], words, radius_km: 300,
  currencies: ["KRW"], languages: ["ko", "en"], disclosure: "full",
});
const bid = (price, more = {}) => ({ tax_basis: "net", valid_for_s: 6 * 3600, commitment: { kind: "firm" }, lines: [{ line: 1, price: String(price), lead_time_days: 3 }], ...more });

async function cast(open, binary, directory, data, name, w, viewport) {
  const buyer = await open(`${name}-buyer`, w, viewport);
  const seller = await open(`${name}-seller`, w, viewport);
  const away = await start(binary, ["peer", "--data", join(data, `${name}-away`), "--directory", directory]);
  await ask(buyer.ready, "profile.set", firm("Namdong 남동공방", "", { buys: true, sells: false }));
  await ask(seller.ready, "profile.set", firm("Hanil 한일철강", `girders 거더 ${name}`, { buys: false, sells: true }));
  await ask(away.ready, "profile.set", firm("Mega 메가금속", `girders 거더 ${name}`, { buys: false, sells: true }));
  for (const one of [seller.ready, away.ready]) await until(one, "directory.status", {}, (rows) => rows.some((row) => row.registered_until));
  return { buyer, seller, away };
}

const stands = (peer, deal, seller, wanted) => until(peer, "deal.show", { deal }, (view) => view.dialogues.some((one) => one.seller === seller && wanted(one)));
const go = (page, path) => page.evaluate((to) => {
  history.pushState(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}, path);

/** Both pages negotiate one request. */
export async function negotiate(open, binary, directory, data, locale, viewport) {
  const w = WORDS[locale];
  const name = `deal-${locale}-${viewport.width}`;
  const { buyer, seller, away } = await cast(open, binary, directory, data, name, w, viewport);
  const [b, s] = [buyer.page, seller.page];
  const request = rfp("Girders 거더, 12", [["Girder HEB 200 거더", "12", "H87"]], { budget: 12_000 });
  const { deal } = await ask(buyer.ready, "rfp.send", { rfp: request, to: [seller.ready.peer_id, away.ready.peer_id] });
  for (const one of [seller.ready, away.ready]) await until(one, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
  await Promise.all([b.goto(buyer.address), s.goto(seller.address)]);
  await Promise.all([go(b, `/deals/${deal}`), go(s, `/deals/${deal}`)]);

  // A question, answered to everybody.
  await s.getByRole("button", exact(w.ask)).first().click();
  await s.getByRole("dialog").getByLabel(w.question, { exact: true }).fill("Painted or raw? 도장 포함인가요?");
  await seller.check("ask dialog");
  await s.getByRole("button", exact(w.signAsk)).click();
  await b.getByRole("tab", { name: `${w.questions} 1` }).click();
  await b.getByRole("button", exact(w.everyone)).click();
  await b.getByRole("dialog").getByLabel(w.answer, { exact: true }).fill("Raw. 도장 없음.");
  await buyer.check("answer dialog");
  await b.getByRole("button", exact(w.signAnswer)).click();
  await b.getByText("Raw. 도장 없음.").waitFor();
  await buyer.check("questions");
  const heard = await until(away.ready, "question.list", { deal }, (found) => found.answers.length === 1 && found);
  assert.equal(heard.questions.length, 0, "who asked is not named to others");
  await s.getByRole("tab", { name: w.questions }).click();
  await s.getByText("Raw. 도장 없음.").waitFor();

  // A counter-offer each way, on the offer that stands.
  await ask(seller.ready, "bid.send", { deal, bid: bid(745) });
  await stands(buyer.ready, deal, seller.ready.peer_id, (one) => one.state === "bid_standing");
  await go(b, `/deals/${deal}/${seller.ready.peer_id}`);
  const counter = async (page, price, check) => {
    const box = page.getByRole("dialog").getByLabel(new RegExp(`^${w.price.replace(/[()]/g, "\\$&")}`));
    await box.fill(String(price));
    await check("counter editor");
    await page.getByRole("button", exact(w.review)).click();
    await check("counter, what is signed");
    await page.getByRole("button", exact(w.signCounter)).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  };
  await b.getByRole("button", exact(w.counter)).click();
  await counter(b, 700, buyer.check);
  await s.getByRole("button", exact(w.back)).click();
  await counter(s, 730, async () => undefined);
  await b.getByRole("button", exact(w.accept)).click();
  await buyer.check("accept counter");
  await b.getByRole("button", exact(w.signAccept)).click();
  await stands(seller.ready, deal, seller.ready.peer_id, (one) => one.state === "bid_standing" && one.bids[0].total.amount === "8760");
  await b.getByText("₩8,760").first().waitFor();
  await buyer.check("talk");
  await seller.check("talk");

  // A promise to deal with nobody else.
  await b.getByRole("button", exact(w.hold)).click();
  await buyer.check("hold dialog");
  await b.getByRole("button", exact(w.signHold)).click();
  await b.getByRole("dialog").waitFor({ state: "detached" });

  // One seller is away while the request is revised; the other confirms in one step.
  away.child.kill("SIGTERM");
  await go(b, `/deals/${deal}`);
  await b.getByRole("button", exact(w.revise)).click();
  await b.getByLabel(`${w.quantity} 1`, { exact: true }).fill("14");
  await buyer.check("revise");
  await b.getByRole("button", exact(w.sendRevision)).click();
  await s.getByRole("button", { name: w.confirm }).waitFor();
  await seller.check("reconfirm");
  await s.getByRole("button", { name: w.confirm }).click();
  await stands(buyer.ready, deal, seller.ready.peer_id, (one) => one.state === "bid_standing" && one.bids[0].revision === 2 && one.bids[0].total.amount === "10220");
  const back = await start(binary, ["peer", "--data", join(data, `${name}-away`), "--directory", directory]);
  await until(back.ready, "rfp.show", { deal }, (view) => view.content.revision === 2);

  // A bid that lapses cannot be ordered.
  await ask(back.ready, "bid.send", { deal, bid: bid(690, { valid_for_s: 12, commitment: { kind: "revocable" } }) });
  await b.getByRole("tab", exact(w.compare)).click();
  const cell = b.locator("td", { has: b.getByRole("button", exact(w.orderThis)) });
  await cell.nth(1).waitFor();
  await buyer.check("compare two");
  await cell.nth(1).waitFor({ state: "detached" });
  await assert.rejects(ask(buyer.ready, "order.place", { deal, seller: back.ready.peer_id }), "a bid that has lapsed is not ordered");
  await b.getByRole("tab", exact(w.history)).click();
  await b.locator("ol li").nth(5).waitFor();
  await buyer.check("history");

  // A part is ordered, and comes in two deliveries.
  await b.getByRole("tab", exact(w.compare)).click();
  await b.getByRole("button", exact(w.orderThis)).click();
  await b.getByRole("dialog").getByLabel(new RegExp(`^${w.quantity}`)).fill("10");
  await b.getByText("₩7,300").first().waitFor();
  await buyer.check("order a part");
  await b.keyboard.press("Enter");
  assert.ok(await b.getByRole("button", exact(w.sign)).isVisible(), "Enter alone does not sign an order");
  await b.getByRole("button", exact(w.sign)).click();
  await s.getByRole("button", exact(w.byLine)).click();
  await s.getByRole("button", exact(w.split)).first().click();
  await seller.check("answer by line");
  await s.getByRole("dialog").getByRole("button", exact(w.signNow)).click();
  await b.getByRole("button", exact(w.take)).click();
  await buyer.check("changed answer");
  await b.getByRole("dialog").getByRole("button", exact(w.signNow)).click();
  await b.getByText(w.concluded, { exact: true }).first().waitFor();
  await buyer.check("concluded");
  await buyer.close();
  await seller.close();
  for (const one of [buyer, seller, back]) one.child.kill("SIGTERM");
  console.log(`ok ${name}`);
}

/** Tab until this has the focus. */
async function tabTo(page, target, most = 120) {
  await target.waitFor();
  for (let i = 0; i < most; i += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${target}`);
}

/** From the list to a contract without a mouse. */
export async function byKeyboard(open, binary, directory, data) {
  const w = WORDS.en;
  const { buyer, seller, away } = await cast(open, binary, directory, data, "keys", w, { width: 1280, height: 800 });
  const page = buyer.page;
  await page.goto(buyer.address);
  await tabTo(page, page.getByRole("link", { name: w.fresh }).first());
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel(`${w.item} 1`, { exact: true }));
  await page.keyboard.type("Girders keys");
  await tabTo(page, page.getByLabel(`${w.quantity} 1`, { exact: true }));
  await page.keyboard.type("12");
  await tabTo(page, page.getByLabel(w.budget, { exact: true }));
  await page.keyboard.type("12000");
  await page.locator(".primary:not(:disabled)", { hasText: w.send }).waitFor();
  await tabTo(page, page.getByRole("button", exact(w.send)));
  await page.keyboard.press("Space");
  await page.waitForURL(/\/deals\/[0-9a-f]{32}$/);
  const deal = new URL(page.url()).pathname.split("/").at(-1);
  await until(seller.ready, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
  await ask(seller.ready, "bid.send", { deal, bid: bid(745) });
  await tabTo(page, page.getByRole("button", exact(w.order)));
  await page.keyboard.press("Enter");
  const sign = page.getByRole("button", exact(w.sign));
  await sign.waitFor();
  await page.keyboard.press("Enter");
  assert.ok(await sign.isVisible(), "Enter alone does not sign an order");
  await tabTo(page, sign);
  await page.keyboard.press("Space");
  await page.getByText(w.concluded, { exact: true }).first().waitFor();
  await buyer.close();
  await seller.close();
  for (const one of [buyer, seller, away]) one.child.kill("SIGTERM");
  console.log("ok by keyboard alone");
}
