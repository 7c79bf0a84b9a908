// One round as a person plays it, in one language.
import assert from "node:assert/strict";

/** The words on the screen that the play looks for. */
export const WORDS = {
  en: {
    tag: "en-GB", begin: "Begin", name: "Name of your firm, or your own", place: "Where you are", item: "Item", quantity: "Quantity", town: "Incheon",
    fresh: "New request", budget: "You expect to pay about", send: "SEND", order: "ORDER", sign: "Sign and ORDER", concluded: "Concluded",
    terms: "Sign final terms", now: "Sign", signed: "Buyer signed", ranking: "Ranking", delivery: "Delivery", answered: "Answered", look: "Look", reported: "Concluded, terms reported", proof: "Save proof", silent: "Your Opener does not answer", decline: "Decline", bid: "Bid", sendBid: "Send bid", signBid: "Sign and send", change: "Change the order", backup: "Make a backup", admit: "Admit…", judge: "Judge", rest: "ORDER the rest", losers: "Tell the others", phoneOpen: "Let phones in this network in", phoneShow: "Show the code", trial: "Try camera and microphone",
  },
  ko: {
    tag: "ko-KR", begin: "시작하기", name: "상호 또는 이름", place: "지역", item: "품목", quantity: "수량", town: "인천",
    fresh: "새 요청", budget: "예상 금액", send: "보내기", order: "주문", sign: "서명하고 주문", concluded: "계약 성사",
    terms: "최종 조건 서명", now: "서명", signed: "구매자 서명함", ranking: "순위", delivery: "전달 현황", answered: "답함", look: "보기", reported: "계약 성사 · 최종 조건 신고됨", proof: "증거 저장", silent: "오프너가 응답하지 않습니다", decline: "거절", bid: "견적 내기", sendBid: "견적 보내기", signBid: "서명하고 보내기", change: "주문 변경", backup: "백업 만들기", admit: "받아들이기…", judge: "평가", rest: "나머지 주문", losers: "미선정 알림", phoneOpen: "이 네트워크의 휴대전화 연결 허용", phoneShow: "코드 보기", trial: "카메라와 마이크 시험",
  },
};

const exact = (name) => ({ name, exact: true });

/** Says who the buyer is. */
export async function welcome(page, w, check) {
  await page.getByRole("button", exact(w.begin)).waitFor();
  await check("welcome");
  assert.ok(await page.getByRole("button", exact(w.begin)).isDisabled(), "nothing begins without a name");
  await page.getByLabel(w.name).fill("Namdong 남동공방");
  await page.getByRole("combobox", exact(w.place)).fill(w.town);
  await page.keyboard.press("Enter");
  await page.getByRole("button", exact(w.begin)).click();
  await page.getByRole("link", { name: w.fresh }).first().waitFor();
  await check("deals, empty");
}

/** Writes a request and sends it. */
export async function request(page, w, check) {
  await page.getByRole("link", { name: w.fresh }).first().click();
  const send = page.getByRole("button", exact(w.send));
  await send.waitFor();
  assert.ok(await send.isDisabled(), "an empty request cannot be sent");
  // A table from a spreadsheet becomes lines.
  await page.getByLabel(`${w.item} 1`, { exact: true }).evaluate((input) => {
    const data = new DataTransfer();
    data.setData("text/plain", "Office chairs 사무용 의자\t24\tpcs\nDesks 책상 <img src=x onerror=\u202Ealert(1)>\t6\tpcs");
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  assert.equal(await page.getByLabel(`${w.quantity} 2`, { exact: true }).inputValue(), "6");
  await page.getByLabel(w.budget, { exact: true }).fill("9,000,000");
  const sliders = page.locator("input[type=range]");
  await sliders.first().fill("80");
  const weights = await sliders.evaluateAll((all) => all.map((one) => Number(one.value)));
  assert.equal(weights.reduce((a, b) => a + b, 0), 100, "weights add to 100");
  await page.locator(".primary:not(:disabled)", { hasText: w.send }).waitFor();
  await check("new request");
  await send.click();
  await page.waitForURL(/\/deals\/[0-9a-f]{32}$/);
}

/** Waits for bids, compares them, orders the best, and signs the final terms. The best is `seller`'s. */
export async function conclude(page, w, check, seller) {
  const order = page.getByRole("button", exact(w.order));
  await order.waitFor();
  await page.locator("thead th[scope=col].best", { hasText: seller }).waitFor();
  await page.locator("thead th[scope=col]").nth(1).waitFor();
  assert.equal(await page.locator("img").count(), 0, "what people write is never HTML");
  await check("compare");
  for (const tab of [w.ranking, w.delivery]) {
    await page.getByRole("tab", exact(tab)).click();
    await check(tab);
  }
  await page.getByText(w.answered, { exact: true }).first().waitFor();
  await order.click();
  const sign = page.getByRole("button", exact(w.sign));
  await sign.waitFor();
  await check("order dialog");
  await page.keyboard.press("Enter");
  assert.ok(await sign.isVisible(), "Enter alone does not sign an order");
  await sign.click();
  await page.waitForURL(/\/deals\/[0-9a-f]{32}\/12D3/);
  await page.getByText(w.concluded, { exact: true }).first().waitFor();
  await signTerms(page, w);
  await page.getByText(w.signed, { exact: true }).waitFor();
  await check("dialogue");
}

/** Signs the final terms. */
export async function signTerms(page, w) {
  await page.getByRole("button", exact(w.terms)).click();
  await page.getByRole("dialog").getByRole("button", exact(w.now)).click();
}

/** The remaining places. */
export async function around(page, check) {
  for (const place of ["/people", "/network", "/settings", "/"]) {
    await page.evaluate((to) => {
      history.pushState(null, "", to);
      dispatchEvent(new PopStateEvent("popstate"));
    }, place);
    await page.locator("main h1, main section").first().waitFor();
    await check(place);
  }
  await page.keyboard.press("Control+k");
  await page.getByRole("listbox").waitFor();
  await check("palette");
  await page.keyboard.press("Escape");
}

/** A seller is rung, looks, and bids below everybody. */
export async function bid(page, w, check) {
  const ring = page.getByRole("alertdialog");
  await ring.waitFor();
  await check("ring");
  await ring.getByRole("button", exact(w.look)).click();
  await page.getByRole("tab", { selected: true }).waitFor();
  await check("incoming request");
  await page.getByRole("button", exact(w.decline)).click();
  await page.getByRole("dialog").waitFor();
  await check("decline dialog");
  await page.keyboard.press("Escape");
  await page.getByRole("button", exact(w.bid)).click();
  const prices = page.locator("td:nth-child(3) input");
  await prices.nth(0).fill("1000");
  await prices.nth(1).fill("2000.4");
  await page.locator("td:nth-child(4) input").nth(0).fill("1");
  await page.locator("td:nth-child(4) input").nth(1).fill("1");
  await page.getByText("₩36,002").first().waitFor();
  await check("bid editor");
  await page.getByRole("button", exact(w.sendBid)).click();
  await page.getByRole("dialog").getByRole("button", exact(w.signBid)).click();
  await page.locator("article", { hasText: "₩36,002" }).waitFor();
  await check("bid sent");
}

/** The peer stops: what is shown is said to be old, and a new page says that nobody answers. */
export async function outage(page, w, child, check) {
  child.kill("SIGTERM");
  await page.getByRole("status").filter({ hasText: w.silent }).waitFor();
  await check("line broken");
  await page.reload();
  await page.getByRole("alert").filter({ hasText: w.silent }).waitFor();
  await check("offline");
}
