// A buyer weighs bids: a late one is admitted and why is on record, what only a person can judge moves the ranking, lots go to
// two sellers, more time is asked for, refused and given, and whoever was not chosen is told.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ask, start } from "./market.mjs";
import { rfp, until } from "./scene.mjs";
import { go } from "./views.mjs";

const WORDS = {
  en: {
    tag: "en-GB", bidLate: "Bid late…", price: /^Unit price/, sendBid: "Send bid", signBid: "Sign and send", late: "came late", ranking: "Ranking", compare: "Compare", admit: "Admit…", why: "Why is it admitted?", signAdmit: "Admit and record",
    judge: "Judge", keep: "Keep", exclude: "Exclude", excludeWhy: "To exclude it, say why", excluded: "You excluded it: late twice before", include: "Take the exclusion back",
    orderThis: "Order this", sign: "Sign and ORDER", lot: (n) => new RegExp(`^Lot ${n}`), rest: "ORDER the rest", concluded: "Concluded",
    more: "More time", signAsk: "Sign and ask", asked: /^The buyer asks for time until/, refuse: "No more time", refused: "No more time", give: "Give time…", signGive: "Sign and give", given: "More time given",
    losers: "Tell the others", reason: "Reason, if you want to say", rank: "Say which place the bid had", tell: /^Sign and tell/, notChosen: "Another was chosen", place: "The bid had place 2.",
    attach: "Attach files", send: "Send message", save: "Save", fetch: "Fetch", fresh: "New request", add: "Something you judge yourself", judged: "What you judge", remove: "Remove Care",
  },
  ko: {
    tag: "ko-KR", bidLate: "늦은 견적 내기…", price: /^단가/, sendBid: "견적 보내기", signBid: "서명하고 보내기", late: "늦게 도착", ranking: "순위", compare: "비교", admit: "받아들이기…", why: "받아들이는 사유", signAdmit: "사유를 남기고 받아들이기",
    judge: "평가", keep: "저장", exclude: "제외", excludeWhy: "제외하려면 사유를 적어 주세요", excluded: "제외했습니다: late twice before", include: "제외 취소",
    orderThis: "이 견적 주문", sign: "서명하고 주문", lot: (n) => new RegExp(`^${n}번 묶음`), rest: "나머지 주문", concluded: "계약 성사",
    more: "기한 연장", signAsk: "서명하고 요청", asked: /기한 연장을 요청했습니다$/, refuse: "연장 거절", refused: "기한 연장 거절", give: "연장…", signGive: "서명하고 연장", given: "기한 연장",
    losers: "미선정 알림", reason: "이유 (선택)", rank: "순위도 알려 주기", tell: /^서명하고 .*알리기$/, notChosen: "다른 곳이 선정됨", place: "견적 순위: 2위",
    attach: "파일 첨부", send: "메시지 보내기", save: "저장", fetch: "받기", fresh: "새 요청", add: "직접 평가할 항목 추가", judged: "평가할 항목", remove: "Care 삭제",
  },
};
const exact = (name) => ({ name, exact: true });
const firm = (name, words, roles) => ({
  name, roles, place: { country: "KR", locality: "인천", latitude_e6: 37_456_300, longitude_e6: 126_705_200 }, categories: [], words, radius_km: 300,
  currencies: ["KRW"], languages: ["ko", "en"], disclosure: "full",
});
const bid = (prices, more = {}) => ({ tax_basis: "net", valid_for_s: 6 * 3600, commitment: { kind: "firm" }, lines: prices.map((price, i) => ({ line: i + 1, price: String(price), lead_time_days: 3 })), ...more });
const dialogue = (peer, deal, seller, wanted) => until(peer, "deal.show", { deal }, (view) => view.dialogues.find((one) => one.seller === seller && wanted(one)));
const arrived = (peer, deal) => until(peer, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));

/** A buyer and a seller with a page each, and a second seller. */
async function cast(open, binary, directory, data, name, w, viewport) {
  const buyer = await open(`${name}-buyer`, w, viewport);
  const seller = await open(`${name}-seller`, w, viewport);
  const other = await start(binary, ["peer", "--data", join(data, `${name}-other`), "--directory", directory]);
  await ask(buyer.ready, "profile.set", firm("Namdong 남동공방", "", { buys: true, sells: false }));
  await ask(seller.ready, "profile.set", firm("Hanil 한일철강", `windows ${name}`, { buys: false, sells: true }));
  await ask(other.ready, "profile.set", firm("Mega 메가금속", `windows ${name}`, { buys: false, sells: true }));
  for (const one of [seller.ready, other.ready]) await until(one, "directory.status", {}, (rows) => rows.some((row) => row.registered_until));
  await Promise.all([buyer.page.goto(buyer.address), seller.page.goto(seller.address)]);
  return { buyer, seller, other };
}

/** The place of a seller in the ranking, as the page shows it. */
const place = (page, seller, rank) => page.locator("ol > li", { hasText: seller }).locator(".rank", { hasText: String(rank) });

/** One bid comes in time and one after the deadline, which the seller is told before it writes; the buyer admits it and says why. */
async function late({ buyer, seller, other }, w) {
  const [b, s] = [buyer.page, seller.page];
  const criteria = [{ name: "Price", measure: "total", weight: 40, best: 0, worst: 12_000 }, { name: "Care 마감", measure: "assessment", weight: 60, best: 10, worst: 0 }];
  const request = rfp("Windows 창호, 6", [["Window 창호", "6", "H87"]], { deadline: "in 6 s", criteria });
  const { deal } = await ask(buyer.ready, "rfp.send", { rfp: request, to: [seller.ready.peer_id, other.ready.peer_id] });
  await Promise.all([arrived(seller.ready, deal), arrived(other.ready, deal)]);
  await ask(other.ready, "bid.send", { deal, bid: bid([760]) });
  await Promise.all([go(b, `/deals/${deal}`), go(s, `/deals/${deal}`)]);
  await s.getByRole("button", exact(w.bidLate)).click();
  await s.getByLabel(w.price).first().fill("700");
  await seller.check("late bid");
  await s.getByRole("button", exact(w.sendBid)).click();
  await s.getByRole("dialog").getByRole("button", exact(w.signBid)).click();
  await b.locator("thead th[scope=col]", { hasText: w.late }).waitFor();
  await buyer.check("late bid in the comparison");
  await b.getByRole("button", exact(w.admit)).first().click();
  const dialog = b.getByRole("dialog");
  const sign = dialog.getByRole("button", exact(w.signAdmit));
  assert.ok(await sign.isDisabled(), "nothing is admitted without a reason");
  await dialog.getByLabel(w.why, { exact: true }).fill("the line was down 회선 장애");
  await buyer.check("admit");
  await sign.click();
  await b.locator("thead th[scope=col]", { hasText: w.late }).waitFor({ state: "detached" });
  await b.getByRole("tab", exact(w.ranking)).click();
  await place(b, "Hanil", 1).waitFor();
  await b.locator("ol > li", { hasText: "Hanil" }).getByRole("button", exact(w.judge)).click();
  await dialog.getByText("the line was down 회선 장애").waitFor();
  return deal;
}

/** Marks for what only a person can judge turn the ranking; an exclusion says why and can be taken back. */
async function judge({ buyer }, w, deal) {
  const b = buyer.page;
  const dialog = b.getByRole("dialog");
  const mark = dialog.getByLabel(/^Care 마감/);
  await mark.fill("none");
  assert.ok(await dialog.getByRole("button", exact(w.keep)).isDisabled(), "a mark is a number");
  await mark.fill("2");
  await buyer.check("judge");
  await dialog.getByRole("button", exact(w.keep)).click();
  await dialog.waitFor({ state: "detached" });
  await b.locator("ol > li", { hasText: "Mega" }).getByRole("button", exact(w.judge)).click();
  assert.equal(await mark.inputValue(), "", "a mark is of one bid");
  await mark.fill("9.5");
  await dialog.getByRole("button", exact(w.keep)).click();
  await place(b, "Mega", 1).waitFor();
  await place(b, "Hanil", 2).waitFor();
  await buyer.check("ranking, judged");
  const mega = b.locator("li", { hasText: "Mega" });
  await mega.getByRole("button", exact(w.judge)).click();
  assert.ok(await dialog.getByRole("button", exact(w.exclude)).isDisabled(), "nobody is excluded without a reason");
  await dialog.getByLabel(w.excludeWhy, { exact: true }).fill("late twice before");
  await dialog.getByRole("button", exact(w.exclude)).click();
  await b.locator("li.apart").getByText(w.excluded).waitFor();
  await place(b, "Hanil", 1).waitFor();
  await buyer.check("excluded");
  await mega.getByRole("button", exact(w.judge)).click();
  await dialog.getByRole("button", exact(w.include)).click();
  await place(b, "Mega", 1).waitFor();
  assert.equal((await ask(buyer.ready, "ranking.show", { deal })).ranked.length, 2);
}

/** The buyer asks for more time: no, and then yes. */
async function time({ buyer, seller }, w, deal) {
  const [b, s] = [buyer.page, seller.page];
  const hanil = seller.ready.peer_id;
  const { bids: [before] } = await dialogue(buyer.ready, deal, hanil, (one) => one.bids.length > 0);
  await go(b, `/deals/${deal}/${hanil}`);
  const wish = async () => {
    await b.getByRole("button", exact(w.more)).click();
    await buyer.check("ask for time");
    await b.getByRole("dialog").getByRole("button", exact(w.signAsk)).click();
    await b.getByRole("dialog").waitFor({ state: "detached" });
    await s.getByText(w.asked).waitFor();
  };
  await wish();
  await seller.check("time is asked for");
  await s.getByRole("button", exact(w.refuse)).click();
  await s.getByText(w.asked).waitFor({ state: "detached" });
  await b.locator("article").getByText(w.refused, { exact: true }).waitFor();
  await buyer.check("time refused");
  await wish();
  await s.getByRole("button", exact(w.give)).click();
  await seller.check("give time");
  await s.getByRole("dialog").getByRole("button", exact(w.signGive)).click();
  await b.locator("article").getByText(w.given, { exact: true }).waitFor();
  await dialogue(buyer.ready, deal, hanil, (one) => Date.parse(one.bids[0].valid_until) >= Date.parse(before.valid_until) + 23 * 3_600_000);
  await buyer.check("time given");
}

/** A file goes along with what is said. */
async function attached({ buyer, seller }, w) {
  const [b, s] = [buyer.page, seller.page];
  const choosing = b.waitForEvent("filechooser");
  await b.getByRole("button", exact(w.attach)).click();
  await (await choosing).setFiles({ name: "sketch 도면.txt", mimeType: "text/plain", buffer: Buffer.from("a window") });
  await b.locator(".compose").getByText("sketch 도면.txt").waitFor();
  await buyer.check("a file to send");
  await b.getByRole("button", exact(w.send)).click();
  await b.getByRole("log").getByText("sketch 도면.txt").waitFor();
  await s.getByRole("button", { name: `${w.fetch}: sketch 도면.txt` }).click();
  await s.getByRole("button", { name: `${w.save}: sketch 도면.txt` }).waitFor();
  await seller.check("a file that came");
}

/** A request in two lots, with a bid of either seller on both; `theirs` are the prices of the second seller. */
async function lotted({ buyer, seller, other }, theirs) {
  const request = rfp("Windows and doors 창호와 문", [["Window 창호", "6", "H87"], ["Door 문", "2", "H87"]], { budget: 12_000, lots: [{ number: 1, title: "Windows 창호" }, { number: 2, title: "Doors 문" }] });
  request.lines.forEach((line, i) => (line.lot = i + 1));
  const { deal } = await ask(buyer.ready, "rfp.send", { rfp: request, to: [seller.ready.peer_id, other.ready.peer_id] });
  await Promise.all([arrived(seller.ready, deal), arrived(other.ready, deal)]);
  await ask(seller.ready, "bid.send", { deal, bid: bid([700, 2500]) });
  await ask(other.ready, "bid.send", { deal, bid: bid(theirs) });
  for (const one of [seller, other]) await dialogue(buyer.ready, deal, one.ready.peer_id, (found) => found.state === "bid_standing");
  return deal;
}

/** One lot is ordered and the other not needed: who was not chosen is told, why and at which place, and sees it. */
async function told(actors, w) {
  const { buyer, seller, other } = actors;
  const [b, s] = [buyer.page, seller.page];
  const deal = await lotted(actors, [800, 1900]);
  await ask(buyer.ready, "order.place", { deal, seller: other.ready.peer_id, lines: [{ line: 1, quantity: "6" }] });
  await dialogue(buyer.ready, deal, other.ready.peer_id, (one) => one.state === "concluded");
  await Promise.all([go(b, `/deals/${deal}`), go(s, `/deals/${deal}`)]);
  await b.getByRole("button", exact(w.losers)).click();
  const dialog = b.getByRole("dialog");
  await dialog.getByLabel(w.reason, { exact: true }).fill("We know their work. 시공 경험");
  await dialog.getByLabel(w.rank, { exact: true }).check();
  await buyer.check("tell the others");
  await dialog.getByRole("button", { name: w.tell }).click();
  await dialog.waitFor({ state: "detached" });
  await b.getByRole("button", exact(w.losers)).waitFor({ state: "detached" });
  const card = s.locator("article", { hasText: w.notChosen });
  await card.getByText("We know their work. 시공 경험").waitFor();
  await card.getByText(w.place).waitFor();
  await seller.check("not chosen");
  await b.locator("thead th[scope=col]", { hasText: w.notChosen }).waitFor();
  await buyer.check("not chosen, at the buyer");
}

/** Two lots, two sellers: each gets the lot at which it is better. */
async function lots(actors, w) {
  const { buyer, seller, other } = actors;
  const b = buyer.page;
  const deal = await lotted(actors, [900, 1900]);
  await go(b, `/deals/${deal}`);
  const column = (name) => b.locator("thead th[scope=col]", { hasText: name });
  await Promise.all([column("Hanil").waitFor(), column("Mega").waitFor()]);
  await buyer.check("compare lots");
  const at = async (name) => Number(await column(name).getAttribute("aria-colindex")) - 2;
  const dialog = b.getByRole("dialog");
  await b.getByRole("button", exact(w.orderThis)).nth(await at("Hanil")).click();
  await dialog.getByRole("button", { name: w.lot(2) }).click();
  assert.equal(await dialog.getByRole("button", { name: w.lot(1) }).getAttribute("aria-pressed"), "true");
  await dialog.locator(".total", { hasText: "₩4,200" }).waitFor();
  await buyer.check("order a lot");
  await dialog.getByRole("button", exact(w.sign)).click();
  await dialogue(buyer.ready, deal, seller.ready.peer_id, (one) => one.state === "concluded");
  await go(b, `/deals/${deal}`);
  await b.getByRole("button", exact(w.rest)).click();
  await dialog.locator(".total", { hasText: "₩3,800" }).waitFor();
  await buyer.check("order the rest");
  await dialog.getByRole("button", exact(w.sign)).click();
  const rest = await dialogue(buyer.ready, deal, other.ready.peer_id, (one) => one.state === "concluded");
  assert.deepEqual(rest.order.content.lines.map((line) => line.line), [2]);
  await go(b, `/deals/${deal}`);
  for (const total of ["₩4,200", "₩3,800"]) await b.locator("header .best", { hasText: total }).waitFor();
  await buyer.check("two orders");
}

/** Something of the buyer's own is weighed in a new request. */
async function own({ buyer }, w) {
  const b = buyer.page;
  await go(b, "/new");
  await b.getByRole("button", exact(w.add)).click();
  await b.getByLabel(w.judged, { exact: true }).fill("Care");
  const weights = async () => (await b.locator("input[type=range]").evaluateAll((all) => all.map((one) => Number(one.value)))).reduce((so, one) => so + one, 0);
  assert.equal(await b.locator("input[type=range]").count(), 4);
  assert.equal(await weights(), 100);
  await buyer.check("something to judge");
  await b.getByRole("button", exact(w.remove)).click();
  assert.equal(await b.locator("input[type=range]").count(), 3);
  assert.equal(await weights(), 100);
}

/** All of it, in one language. */
export async function weigh(open, binary, directory, data, locale, viewport) {
  const w = WORDS[locale];
  const name = `weigh-${locale}-${viewport.width}`;
  const actors = await cast(open, binary, directory, data, name, w, viewport);
  const deal = await late(actors, w);
  await judge(actors, w, deal);
  await time(actors, w, deal);
  await attached(actors, w);
  await told(actors, w);
  await lots(actors, w);
  await own(actors, w);
  await actors.buyer.close();
  await actors.seller.close();
  for (const one of Object.values(actors)) one.child.kill("SIGTERM");
  console.log(`ok ${name}`);
}
