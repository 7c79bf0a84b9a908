// Every view of the interface over the scene, and how a test gets there.
const exact = (name) => ({ name, exact: true });

/** Every view: its name, where it is, and what to do there first. */
export function views({ compared, offered, countered, done, changing, agreed, rung, final, lots }) {
  const tab = (at) => async (page) => page.getByRole("tab").nth(at).click();
  return [
    ["ring", "/", (page) => page.getByRole("alertdialog").waitFor()],
    ["deals", "/"],
    ["compare", `/deals/${compared}`],
    ["ranking", `/deals/${compared}`, tab(1)],
    ["map", `/deals/${compared}`, tab(2)],
    ["questions", `/deals/${compared}`, tab(3)],
    ["history", `/deals/${compared}`, tab(4)],
    ["delivery", `/deals/${compared}`, tab(5)],
    ["request", `/deals/${compared}`, tab(6)],
    ["talk", `/deals/${compared}/${offered}`],
    ["order", `/deals/${compared}`, async (page, w) => {
      await page.getByRole("button", exact(w.order)).click();
      await page.getByRole("dialog").waitFor();
    }],
    ["counter", `/deals/${countered.deal}/${countered.seller}`],
    ["concluded", `/deals/${done.deal}/${done.seller}`],
    ["change-proposed", `/deals/${changing.deal}/${changing.seller}`],
    ["change-order", `/deals/${agreed.deal}/${agreed.seller}`, async (page, w) => {
      await page.getByRole("button", exact(w.change)).click();
      await page.getByRole("dialog").waitFor();
    }],
    ["last-round", `/deals/${final.deal}`],
    ["admit", `/deals/${final.deal}`, async (page, w) => {
      // By key: a very long name makes the sticky head of the table high, and it would take the click.
      await page.getByRole("button", exact(w.admit)).last().press("Enter");
      await page.getByRole("dialog").waitFor();
    }],
    ["judge", `/deals/${final.deal}`, async (page, w) => {
      await page.getByRole("tab").nth(1).click();
      await page.locator("ol > li").getByRole("button", exact(w.judge)).first().click();
      await page.getByRole("dialog").waitFor();
    }],
    ["last-round-talk", `/deals/${final.deal}/${final.seller}`],
    ["lots", `/deals/${lots.deal}`],
    ["order-rest", `/deals/${lots.deal}`, async (page, w) => {
      await page.getByRole("button", exact(w.rest)).click();
      await page.getByRole("dialog").waitFor();
    }],
    ["tell-losers", `/deals/${lots.deal}`, async (page, w) => {
      await page.getByRole("button", exact(w.losers)).click();
      await page.getByRole("dialog").waitFor();
    }],
    ["attach", `/deals/${compared}/${offered}`, async (page) => {
      await page.locator(".compose input[type=file]").setInputFiles({ name: "drawing 도면 A3.pdf", mimeType: "application/pdf", buffer: Buffer.from("a drawing") });
      await page.locator(".compose .files .file").waitFor();
    }],
    ["incoming", `/deals/${rung.deal}`],
    ["bid-editor", `/deals/${rung.deal}/bid`],
    ["bid-sent", `/deals/${rung.bidOn}`],
    ["new-empty", "/new"],
    ["new", "/new", fill],
    ["people", "/people"],
    ["network", "/network"],
    ["settings", "/settings"],
    ["backup", "/settings", async (page, w) => {
      await page.getByRole("button", exact(w.backup)).click();
      await page.getByRole("dialog").waitFor();
    }],
    ["phone", "/settings", async (page, w) => {
      const open = page.getByRole("checkbox", { name: w.phoneOpen });
      await open.check();
      await page.getByRole("button", exact(w.phoneShow)).click();
      await open.scrollIntoViewIfNeeded();
    }],
    ["call-settings", "/settings", async (page, w) => {
      await page.getByRole("button", exact(w.trial)).click();
      await page.locator("canvas").waitFor();
      await page.locator("canvas").scrollIntoViewIfNeeded();
    }],
    ["palette", "/settings", async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("listbox").waitFor();
    }],
  ];
}

/** Snoozes what rings. */
export async function silence(page) {
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
export async function settle(page) {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => !document.querySelector(".note.loading"));
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
}

/** Goes there without loading the page anew. */
export const go = (page, to) => page.evaluate((path) => {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}, to);
