import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Failure } from "../backend/client";
import { errorWords } from "./table";

test("every code of the api has words and advice", () => {
  const text = readFileSync(new URL("../bindings/Code.ts", import.meta.url), "utf8");
  const codes = [...text.matchAll(/"([a-z_]+)"/g)].map((match) => match[1] as Failure);
  expect(codes.length).toBeGreaterThan(10);
  for (const code of codes) {
    const words = errorWords(code);
    expect(words.title.length, code).toBeGreaterThan(3);
    expect(words.action.length, code).toBeGreaterThan(3);
  }
});

test("a reason of trade says more than its code", () => {
  expect(errorWords("rejected", "expired").title).not.toBe(errorWords("rejected").title);
  expect(errorWords("rejected", "unheard-of").title).toBe(errorWords("rejected").title);
});
