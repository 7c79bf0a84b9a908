import { expect, test } from "vitest";
import { cleanText, destination, lineText, SHOWN } from "./peertext";

test("what turns the direction or is not to be seen is taken out", () => {
  expect(cleanText("exe.\u202egpj")).toBe("exe.gpj");
  expect(cleanText("pay\u200bpal\ufeff\u2066\u0000")).toBe("paypal");
  expect(cleanText("tag\u{e0041}s")).toBe("tags");
});

test("Korean, line breaks and tabs stay as they are", () => {
  expect(cleanText("경량 철골\n설치\t2동")).toBe("경량 철골\n설치\t2동");
});

test("a tower of marks is cut", () => {
  expect(cleanText(`a${"\u0301".repeat(200)}b`)).toBe(`a${"\u0301".repeat(4)}b`);
});

test("a very long text is cut, and half a character is mended", () => {
  expect(cleanText("x".repeat(100_000))).toHaveLength(SHOWN + 1);
  expect(cleanText("a\ud800b")).toBe("a\ufffdb");
  expect(lineText("one\n two   three", 9)).toBe("one two …");
});

test("only addresses of the web are opened, and their host is told as it is", () => {
  expect(destination("https://hanil.example/catalogue?x=1")).toEqual({ href: "https://hanil.example/catalogue?x=1", host: "hanil.example" });
  expect(destination("http://аpple.com")?.host).toBe("xn--pple-43d.com");
  for (const text of ["javascript:alert(1)", "data:text/html,<script>1</script>", "file:///etc/passwd", "https://bank.example@evil.example", "//evil.example", "no address", ""]) {
    expect(destination(text), text).toBeNull();
  }
});
