// Camera and microphone are tried in the settings: what the devices give is encoded, decoded, shown and played in one page. And
// a picture of the goods goes into a deal.
import assert from "node:assert/strict";
import { join } from "node:path";
import { counted, HUM, hears, listen } from "./camera.mjs";
import { ask, start } from "./market.mjs";
import { rfp, until } from "./scene.mjs";
import { go } from "./views.mjs";

const WORDS = {
  en: { tag: "en-GB", test: "Try camera and microphone", stop: "End the try", myself: "Hear myself", none: /^There is no camera/, photo: "Take a picture", keep: "Put into the deal" },
  ko: { tag: "ko-KR", test: "카메라와 마이크 시험", stop: "시험 끝내기", myself: "내 소리 듣기", none: /^카메라가 없습니다/, photo: "사진 찍기", keep: "거래에 남기기" },
};
const PROFILE = {
  name: "Namdong 남동공방", roles: { buys: true, sells: true }, place: { country: "KR", locality: "인천", latitude_e6: 37_456_300, longitude_e6: 126_705_200 },
  categories: [], words: "", radius_km: 300, currencies: ["KRW"], languages: ["ko", "en"], disclosure: "full",
};

/** Plays the try in one language. */
export async function tries(open, locale, viewport) {
  const w = WORDS[locale];
  const { ready, page, address, check, close } = await open(`trial-${locale}`, w, viewport);
  await ask(ready, "profile.set", PROFILE);
  await page.addInitScript(listen);
  await page.goto(address);
  await page.locator("main").waitFor();
  await go(page, "/settings");
  await page.getByRole("button", { name: w.test, exact: true }).click();
  const seen = await counted(page, "canvas", 24);
  assert.ok(seen.length >= 24, `pictures move: only ${seen.length} different ones were seen`);
  assert.ok(await page.locator("meter").evaluate((one) => one.value) > 0.05, "the level is shown");
  assert.ok(await page.evaluate(() => globalThis.heard()) === 0, "nobody hears themselves unasked");
  await page.getByLabel(w.myself).check();
  await hears(page, HUM);
  await check("call settings");
  await page.getByRole("button", { name: w.stop, exact: true }).click();
  await page.locator("canvas").waitFor({ state: "detached" });
  await hears(page, 0);

  // Without a camera there is still a call, and words for it.
  await page.evaluate(() => {
    const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => (wanted.video ? Promise.reject(new DOMException("", "NotFoundError")) : own(wanted));
  });
  await page.getByRole("button", { name: w.test, exact: true }).click();
  await page.getByText(w.none).waitFor();
  await hears(page, HUM);
  await close();
}

/** The buyer takes a picture in a deal: the seller gets it as a file. */
export async function pictured(open, binary, directory, data, locale, viewport) {
  const w = WORDS[locale];
  const { ready, page, address, check, close } = await open(`photo-${locale}`, w, viewport);
  await ask(ready, "profile.set", PROFILE);
  const { ready: seller } = await start(binary, ["peer", "--data", join(data, `photo-${locale}-seller`), "--directory", directory]);
  await ask(seller, "profile.set", { ...PROFILE, name: "Hanil 한일철강", roles: { buys: false, sells: true }, words: `handles 손잡이 ${locale}` });
  await until(seller, "directory.status", {}, (rows) => rows.some((row) => row.registered_until));
  const { deal } = await ask(ready, "rfp.send", { rfp: rfp("Handles 손잡이", [["Handle 손잡이", "40", "H87"]]), to: [seller.peer_id] });
  await until(seller, "deal.list", {}, (rows) => rows.some((row) => row.deal === deal));
  await page.goto(address);
  await page.locator("main").waitFor();
  await go(page, `/deals/${deal}/${seller.peer_id}`);
  await page.getByRole("button", { name: w.photo, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("video").waitFor();
  await page.waitForFunction(() => document.querySelector("[role=dialog] video")?.videoWidth > 0);
  await check("photo dialog");
  await dialog.getByRole("button", { name: w.keep, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const [file] = await until(seller, "attachment.list", { deal }, (found) => found.length > 0 && found);
  assert.match(file.name, /^photo-\d{4}-\d\d-\d\d-\d{6}\.jpg$/);
  assert.equal(file.media_type, "image/jpeg");
  await page.getByText(file.name).waitFor();
  assert.ok(await page.evaluate(() => document.querySelectorAll("video").length === 0), "the camera is closed");
  await check("deal with a picture");
  await close();
}
