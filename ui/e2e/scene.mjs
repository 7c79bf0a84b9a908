// A market with a life: a firm that buys and sells, three sellers and a buyer around it, and deals in every state.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, put, start } from "./market.mjs";

const place = (locality, latitude_e6, longitude_e6) => ({ country: "KR", locality, latitude_e6, longitude_e6 });
const HERE = { country: "KR", locality: "Incheon, Namdong-gu", latitude: 37.4473, longitude: 126.7315 };

const firm = (name, where, words, roles = { buys: true, sells: true }) => ({
  name, roles, place: where, categories: [], words, radius_km: 300, currencies: ["KRW"], languages: ["ko", "en"], disclosure: "full", contact: "office@example.kr",
});

/** The firms, by the name that this script has for them. */
const FIRMS = {
  me: firm("Namdong 남동공방", place("인천 남동구", 37_447_300, 126_731_500), "light steel framing 경량 철골 설치"),
  hanil: firm("한일철강 Hanil Steel", place("인천", 37_456_300, 126_705_200), "rebar 철근 hinges 경첩 tie wire 결속선"),
  mega: firm("Mega Hardware", place("부천", 37_503_400, 126_766_000), "rebar 철근 hinges 경첩 tie wire 결속선"),
  dongbu: firm("Dongbu Metals 동부금속", place("화성", 37_199_600, 126_831_200), "rebar 철근 hinges 경첩"),
  sejin: firm("Sejin Trading 세진상사", place("수원", 37_263_600, 127_028_600), "rebar 철근 gloves 장갑"),
  office: firm("Seoul Office Interior 서울오피스", place("서울", 37_566_500, 126_978_000), "interior", { buys: true, sells: false }),
};

/** Milliseconds between two looks, and how many looks are worth it. */
const [PAUSE, LOOKS] = [60, 500];

/** Asks until the answer is as wanted. */
export async function until(peer, method, params, wanted) {
  for (let look = 0; look < LOOKS; look += 1) {
    const found = await ask(peer, method, params);
    const answer = wanted(found);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw new Error(`${method} never became as wanted`);
}

/** A request as the api reads it. */
export function rfp(title, lines, more = {}) {
  const { budget = 12_000_000, ...rest } = more;
  return {
    title, language: "en", deadline: "in 130 min", award_by: "in 2 days",
    rules: { commitment: "firm", validity: "7 days", partial: true, max_rounds: 5, tax: "net" },
    currencies: ["KRW"],
    delivery: { place: HERE, from: "in 3 days", until: "in 8 days" },
    incoterm: { rule: "dap", place: "Incheon" },
    payment: "30 days after invoice",
    criteria: [
      { name: "Price", measure: "total", weight: 50, best: budget * 0.7, worst: budget },
      { name: "Lead time", measure: "lead_time_days", weight: 30, best: 2, worst: 14 },
      { name: "Distance", measure: "distance_km", weight: 20, best: 0, worst: 100 },
    ],
    disclosure: "prices",
    lines: lines.map(([name, value, unit]) => ({ name, quantity: { value, unit } })),
    ...rest,
  };
}

const arrived = (peer, deal) => until(peer, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
const bids = (peer, deal, n) => until(peer, "deal.show", { deal }, (view) => view.dialogues.filter((one) => one.bids.length > 0).length >= n);
const dialogue = (peer, deal, seller, states) =>
  until(peer, "deal.show", { deal }, (view) => view.dialogues.find((one) => one.seller === seller && states.includes(one.state)));

async function offer(peer, deal, lines, more = {}) {
  await arrived(peer, deal);
  return ask(peer, "bid.send", {
    deal,
    bid: {
      tax_basis: "net", valid_for_s: 6 * 3600, commitment: { kind: "firm" },
      lines: lines.map(([line, price, lead_time_days]) => ({ line, price: String(price), lead_time_days })),
      ...more,
    },
  });
}
const freight = (amount) => [{ kind: "freight", description: "truck", amount: { amount: String(amount), currency: "KRW" } }];

/** Starts the firms. Each is `{ gateway, token, peer_id, child }`. */
async function cast(binary, data, directory, ui) {
  const started = await Promise.all(Object.entries(FIRMS).map(async ([name, profile]) => {
    const { child, ready } = await start(binary, ["peer", "--data", join(data, name), "--directory", directory, ...(name === "me" ? ["--ui", ui] : [])]);
    await ask(ready, "profile.set", profile);
    return [name, { ...ready, child, name: profile.name }];
  }));
  return Object.fromEntries(started);
}

/** Three bids for steel, one of them revised, one seller who declines, and a question. */
async function steel({ me, hanil, mega, dongbu, sejin }) {
  const lines = [["Rebar SD400, 10 mm, 8 m bars 철근", "12000", "KGM"], ["Tie wire, annealed, 0.9 mm 결속선", "150", "KGM"]];
  const plan = await put(me, "배치도 plan A3.pdf", "application/pdf", "%PDF-1.7 a plan");
  const sheet = await put(hanil, "mill certificate 검사성적서.pdf", "application/pdf", "%PDF-1.7 a certificate");
  const request = rfp("Rebar SD400 10 mm, 12 t", lines, { attachments: [plan], description: "For a two-storey workshop. The lane takes trucks up to 5 t.\n골목이 좁아 5톤 이하 차량만 들어옵니다." });
  const { deal } = await ask(me, "rfp.send", { rfp: request, to: [hanil, mega, dongbu, sejin].map((one) => one.peer_id) });
  await offer(mega, deal, [[1, 790, 5], [2, 2100, 5]], { commitment: { kind: "revocable" } });
  await Promise.all([
    arrived(sejin, deal).then(() => ask(sejin, "decline.send", { deal, reason: "no_stock", remark: "10 mm is sold out until December" })),
    arrived(hanil, deal).then(() => ask(hanil, "question.send", { deal, line: 1, text: "8 m 봉을 절단해도 될까요? Could we cut the bars to 6 m?" })),
    offer(hanil, deal, [[1, 745, 3], [2, 1980, 3]], { quote_number: "HS-2611-04", charges: freight(0), attachments: [sheet], urls: ["https://hanil.example/rebar/sd400"] }),
    offer(dongbu, deal, [[1, 751, 9]], { charges: freight(210_000), payment: "half in advance", commitment: { kind: "revocable" }, valid_for_s: 1500 }),
  ]);
  await offer(mega, deal, [[1, 768, 4], [2, 2050, 4]], { charges: freight(120_000), commitment: { kind: "revocable" } });
  await bids(me, deal, 3);
  await until(me, "deal.show", { deal }, (view) => view.dialogues.some((one) => one.seller === mega.peer_id && one.bids.length > 1));
  return deal;
}

/** Bids, a counter-offer, and the answer to it. */
async function hinges({ me, mega, dongbu }) {
  const { deal } = await ask(me, "rfp.send", { rfp: rfp("Door hinges, 400", [["Door hinges, stainless, 100 mm 경첩", "400", "H87"]], { budget: 2_000_000, deadline: "in 22 min" }), to: [mega.peer_id, dongbu.peer_id] });
  await offer(mega, deal, [[1, 3900, 4]]);
  await bids(me, deal, 1);
  await ask(me, "chat.send", { deal, seller: mega.peer_id, text: "Can you come down a little? We take all 400 at once." });
  await ask(me, "counter.send", { deal, seller: mega.peer_id, changes: [{ kind: "line", line: 1, price: { price: "3500", base_quantity: "1" }, lead_time_days: 3 }] });
  await until(mega, "deal.show", { deal }, (view) => view.dialogues[0]?.state === "countered_by_buyer");
  await ask(mega, "chat.send", { deal, text: "3일이면 가능합니다. 가격은 조금 더 주세요." });
  await ask(mega, "counter.send", { deal, changes: [{ kind: "line", line: 1, price: { price: "3650", base_quantity: "1" }, lead_time_days: 3 }], remark: "오전 배송 가능합니다" });
  await dialogue(me, deal, mega.peer_id, ["countered_by_seller"]);
  return { deal, seller: mega.peer_id };
}

/** Ordered, concluded, signed by both. */
async function chairs({ me }) {
  const { deal } = await ask(me, "rfp.send", { rfp: rfp("Office chairs 사무용 의자, 24", [["Office chairs 의자", "24", "H87"]], { budget: 6_000_000 }), radius_km: 600 });
  await bids(me, deal, 1);
  const view = await until(me, "ranking.show", { deal }, (found) => found.ranked.length > 0 && found);
  const best = view.ranked[0];
  await ask(me, "order.place", { deal, seller: best.seller, bid: best.bid });
  await dialogue(me, deal, best.seller, ["concluded"]);
  await ask(me, "terms.sign", { deal, seller: best.seller });
  await dialogue(me, deal, best.seller, ["reported"]);
  return { deal, seller: best.seller };
}

/** Ordered and concluded. */
async function gloves({ me, sejin }) {
  const { deal } = await ask(me, "rfp.send", { rfp: rfp("Safety gloves 안전 장갑, 300", [["Safety gloves 안전 장갑", "300", "NPR"], ["Ear plugs 귀마개", "100", "NPR"]], { budget: 900_000 }), to: [sejin.peer_id] });
  await offer(sejin, deal, [[1, 1800, 2], [2, 500, 2]]);
  await bids(me, deal, 1);
  await ask(me, "order.place", { deal, seller: sejin.peer_id });
  await dialogue(me, deal, sejin.peer_id, ["concluded"]);
  return { deal, seller: sejin.peer_id };
}

/** Ordered and concluded; the seller proposes to change it. */
async function changed({ me, sejin }) {
  const { deal } = await ask(me, "rfp.send", { rfp: rfp("Work shirts 작업복, 40", [["Work shirts, L 작업복", "40", "H87"]], { budget: 1_200_000 }), to: [sejin.peer_id] });
  await offer(sejin, deal, [[1, 21_000, 4]]);
  await bids(me, deal, 1);
  await ask(me, "order.place", { deal, seller: sejin.peer_id });
  await dialogue(sejin, deal, sejin.peer_id, ["concluded"]);
  await ask(sejin, "order.change", { deal, lines: [{ line: 1, quantity: "36" }], remark: "L 사이즈 재고가 36벌입니다. Only 36 of size L are left." });
  await until(me, "deal.show", { deal }, (view) => view.dialogues[0]?.amendment);
  return { deal, seller: sejin.peer_id };
}

/** After the deadline: two bids in time, one late; marks for what is judged; the last round runs. */
async function finals({ me, hanil, mega, dongbu }) {
  const criteria = [
    { name: "Price", measure: "total", weight: 50, best: 1_000_000, worst: 4_000_000 },
    { name: "Lead time", measure: "lead_time_days", weight: 20, best: 2, worst: 14 },
    { name: "Workmanship 마감 품질", measure: "assessment", weight: 30, best: 10, worst: 0 },
  ];
  const request = rfp("Anchor bolts M16, 800", [["Anchor bolts M16 앵커 볼트", "800", "H87"], ["Washers 와셔", "1600", "H87"]], { criteria, deadline: "in 9 s" });
  const { deal } = await ask(me, "rfp.send", { rfp: request, to: [hanil, mega, dongbu].map((one) => one.peer_id) });
  await offer(hanil, deal, [[1, 2100, 4], [2, 180, 4]]);
  await offer(mega, deal, [[1, 2050, 6], [2, 210, 6]], { charges: freight(60_000) });
  await bids(me, deal, 2);
  const best = await until(me, "ranking.show", { deal }, (found) => found.ranked.length === 2 && found.ranked);
  for (const [i, one] of best.entries()) await ask(me, "bid.assess", { deal, bid: one.bid, criterion: "Workmanship 마감 품질", value: String(8 - i * 2) });
  await until(me, "deal.show", { deal }, (view) => view.state === "evaluating");
  await offer(dongbu, deal, [[1, 1900, 9], [2, 170, 9]]);
  await bids(me, deal, 3);
  await ask(me, "round.best_and_final", { deal, sellers: [hanil.peer_id, mega.peer_id], deadline: new Date(Date.now() + 3 * 3_600_000).toISOString(), remark: "One last price, please. 마지막 가격 부탁드립니다." });
  return { deal, seller: hanil.peer_id };
}

/** Two lots, the first of them ordered. */
async function parted({ me, hanil, mega }) {
  const lots = [{ number: 1, title: "Windows 창호" }, { number: 2, title: "Doors 문" }];
  const request = rfp("Windows and doors 창호와 문", [["Window 1200 × 900 창호", "6", "H87"], ["Door, steel 철문", "2", "H87"]], { budget: 9_000_000, lots });
  request.lines.forEach((line, i) => (line.lot = i + 1));
  const { deal } = await ask(me, "rfp.send", { rfp: request, to: [hanil.peer_id, mega.peer_id] });
  await offer(hanil, deal, [[1, 420_000, 6], [2, 610_000, 6]]);
  await offer(mega, deal, [[1, 465_000, 5], [2, 540_000, 5]]);
  await bids(me, deal, 2);
  await ask(me, "order.place", { deal, seller: hanil.peer_id, lines: [{ line: 1, quantity: "6" }] });
  await dialogue(me, deal, hanil.peer_id, ["concluded"]);
  return { deal };
}

/** One sent and not answered, one called off. */
async function quiet({ me, hanil, mega, sejin }) {
  await ask(me, "rfp.send", { rfp: rfp("Packing tape, 200 rolls", [["Packing tape 포장 테이프", "200", "H87"]]), to: [hanil.peer_id, mega.peer_id] });
  const { deal } = await ask(me, "rfp.send", { rfp: rfp("Work gloves, 50 pairs", [["Work gloves 작업 장갑", "50", "NPR"]]), to: [sejin.peer_id] });
  await ask(me, "rfp.cancel", { deal, reason: "found in the cellar" });
}

/** What comes in: one that we have bid on, and two that ring. */
async function incoming({ me, office }) {
  const lines = [["Light steel framing, two units 경량 철골 설치, 2동", "2", "H87"], ["Site survey 현장 실측", "1", "H87"]];
  const made = [];
  for (const [title, budget] of [["Partition frame, 30 m", 9_000_000], ["경량 철골 설치, 2동", 30_000_000], ["Mezzanine, steel 철골 중이층 증설 공사 및 계단 제작 설치 일체", 60_000_000]]) {
    const { deal } = await ask(office, "rfp.send", { rfp: rfp(title, lines, { budget, deadline: "in 5 h" }), to: [me.peer_id] });
    await arrived(me, deal);
    made.push(deal);
  }
  await offer(me, made[0], [[1, 3_800_000, 6], [2, 350_000, 2]]);
  const notices = await ask(me, "inbox.list", {});
  for (const one of notices.filter((notice) => notice.deal === made[0])) await ask(me, "inbox.acknowledge", { id: one.id });
  return { deal: made[1], bidOn: made[0] };
}

/** The same firm on another machine, restored from its backup and waiting for its owner's word. */
export async function restored(binary, data, { me }, ui) {
  const [file, words, folder] = ["moved.backup", "words", "moved"].map((name) => join(data, name));
  const answer = await fetch(`${me.gateway}/backup`, { method: "POST", headers: { authorization: `Bearer ${me.token}` }, body: "eight or more" });
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  writeFileSync(words, "eight or more\n", { mode: 0o600 });
  const made = spawnSync(binary, ["restore", file, "--data", folder, "--passphrase-file", words], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
  return (await start(binary, ["peer", "--data", folder, "--passphrase-file", words, "--ui", ui])).ready;
}

/** The whole: firms, and the deals to look at. `ui` is the folder of the built interface. */
export async function stage(binary, data, ui) {
  const market = await start(binary, ["market", "--sellers", "9", "--data", join(data, "market")]);
  const directory = market.ready.directory[0];
  const firms = await cast(binary, data, directory, ui);
  const done = await chairs(firms);
  await quiet(firms);
  const changing = await changed(firms);
  const agreed = await gloves(firms);
  const countered = await hinges(firms);
  const final = await finals(firms);
  const lots = await parted(firms);
  const compared = await steel(firms);
  const rung = await incoming(firms);
  // What has been seen: all but the newest few of each deal that needs somebody.
  const notices = await ask(firms.me, "inbox.list", {});
  const seen = notices.filter((one) => one.kind !== "request_arrived" && ![compared, countered.deal, final.deal].includes(one.deal));
  for (const one of [...seen, ...notices.filter((notice) => notice.deal === compared).slice(2)]) await ask(firms.me, "inbox.acknowledge", { id: one.id });
  return { directory, firms, compared, offered: firms.hanil.peer_id, countered, done, changing, agreed, rung, final, lots };
}
