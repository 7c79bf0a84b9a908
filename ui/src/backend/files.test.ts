import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "./client";
import { download, upload } from "./files";

const attachment = { name: "plan.pdf", media_type: "application/pdf", size: 6, sha256: "ab".repeat(32) };

beforeEach(() => vi.stubGlobal("sessionStorage", { getItem: () => "secret" }));
afterEach(() => vi.unstubAllGlobals());

function door(response: Response) {
  const fetched = vi.fn(async (_page: string, _request: RequestInit) => response);
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

test("a file goes in under its name and comes back as what documents name it by", async () => {
  const fetched = door(Response.json({ ok: attachment }));
  const file = new File(["a plan"], "배치도 &.pdf", { type: "application/pdf" });
  expect(await upload(file)).toEqual(attachment);
  const [page, request] = fetched.mock.calls[0] ?? [];
  expect(page).toBe(`/blob?name=${encodeURIComponent("배치도 &.pdf")}`);
  expect(request?.method).toBe("PUT");
  expect(request?.headers).toMatchObject({ authorization: "Bearer secret", "content-type": "application/pdf" });
});

test("what comes out is never of a type that a browser shows", async () => {
  door(new Response("<script>", { headers: { "content-type": "text/html" } }));
  const bytes = await download(attachment.sha256);
  expect(bytes.type).toBe("application/octet-stream");
  expect(await bytes.text()).toBe("<script>");
});

test("a refusal is told with its code", async () => {
  const error = { code: "too_large", reason: null, field: null, message: "smaller" };
  door(Response.json({ error }, { status: 413 }));
  await expect(upload(new File(["x"], "x"))).rejects.toMatchObject({ code: "too_large" });
  door(Response.json({ error: { ...error, code: "not_found" } }, { status: 404 }));
  await expect(download("00")).rejects.toBeInstanceOf(Refusal);
});
