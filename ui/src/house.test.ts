import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SRC = dirname(fileURLToPath(import.meta.url));

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const own = files(SRC).filter((path) => /\.(ts|svelte)$/.test(path) && !/[/\\](paraglide|bindings)[/\\]/.test(path));
const room = (path: string) => relative(SRC, path).split(/[/\\]/)[0] ?? "";
const product = own.filter((path) => !path.endsWith(".test.ts"));

/** What each room may import beside itself. */
const EDGES: Record<string, readonly string[]> = {
  domain: ["bindings"],
  backend: ["bindings"],
  errors: ["backend", "paraglide"],
  shared: ["backend", "bindings", "domain", "errors", "paraglide"],
  features: ["shared", "backend", "bindings", "domain", "errors", "paraglide"],
  views: ["features", "shared", "backend", "bindings", "domain", "errors", "paraglide"],
  "main.ts": ["views", "backend", "styles"],
};

describe("the house", () => {
  test("imports go one way", () => {
    const wrong = product.flatMap((path) => {
      const text = readFileSync(path, "utf8");
      const found = [...text.matchAll(/(?:from|import)\s+"(\.[^"]+)"/g)].map((match) => room(join(dirname(path), match[1] ?? "")));
      return found.filter((to) => to !== room(path) && !EDGES[room(path)]?.includes(to)).map((to) => `${relative(SRC, path)} → ${to}`);
    });
    expect(wrong).toEqual([]);
  });
  test("only the backend knows HTTP and WebSockets", () => {
    const wrong = product.filter((path) => room(path) !== "backend" && /\bfetch\(|new WebSocket|XMLHttpRequest|EventSource/.test(readFileSync(path, "utf8")));
    expect(wrong).toEqual([]);
  });
  test("text is never HTML, and no type is any", () => {
    const wrong = product.filter((path) => /\{@html|innerHTML|\bas any\b|: any\b|<any>/.test(readFileSync(path, "utf8")));
    expect(wrong.map((path) => relative(SRC, path))).toEqual([]);
  });
  test("a component has at most 250 lines", () => {
    const wrong = product.filter((path) => path.endsWith(".svelte") && readFileSync(path, "utf8").split("\n").length > 251);
    expect(wrong.map((path) => relative(SRC, path))).toEqual([]);
  });
  test("no style is written as an attribute, which the policy would drop", () => {
    const wrong = product.filter((path) => /<[a-z][^<>]*\sstyle="/.test(readFileSync(path, "utf8")));
    expect(wrong.map((path) => relative(SRC, path))).toEqual([]);
  });
});

describe("messages", () => {
  const read = (locale: string) => JSON.parse(readFileSync(join(SRC, "..", "messages", `${locale}.json`), "utf8")) as Record<string, unknown>;
  const [en, ko] = [read("en"), read("ko")];
  const slots = (text: unknown) => new Set([...JSON.stringify(text).matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]));
  test("both languages have every text, and none is empty", () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    expect(Object.entries({ ...en, ...ko }).filter(([, text]) => text === "")).toEqual([]);
  });
  test("no language fills a slot that the other does not know", () => {
    const wrong = Object.keys(en).filter((key) => [...slots(ko[key])].some((slot) => slot !== "n" && !slots(en[key]).has(slot)));
    expect(wrong).toEqual([]);
  });
  test("every text is used", () => {
    const all = own.map((path) => readFileSync(path, "utf8")).join("\n");
    expect(Object.keys(en).filter((key) => !new RegExp(`\\bm\\.${key}\\b`).test(all))).toEqual([]);
  });
});

test("the vectors of the protocol are JSON", () => {
  const folder = join(SRC, "..", "..", "tests", "vectors", "v1");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(JSON.parse(readFileSync(join(folder, name), "utf8")), name).toBeTypeOf("object");
});
