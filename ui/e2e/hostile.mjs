// What a stranger may write: five hundred strings, and real answers with them in every field that a peer fills.
import { request } from "node:http";

/** Turns round what follows. It is in every string: where it is seen in the page, a text was shown as it came. */
export const MARK = "\u202e";

const SCRIPTS = [
  "<script>hacked(1)</script>", "<img src=x onerror=hacked(1)>", "<svg onload=hacked(1)>", "<iframe srcdoc='<script>parent.hacked(1)</script>'>", "\"><script src=//evil.example/x.js></script>",
  "<style>*{display:none}</style>", "<link rel=stylesheet href=//evil.example/x.css>", "<a href=javascript:hacked(1)>x</a>", "javascript:hacked(1)", "data:text/html,<script>hacked(1)</script>",
  "</title><script>hacked(1)</script>", "{@html '<script>hacked(1)</script>'}", "{{constructor.constructor('hacked(1)')()}}", "${hacked(1)}", "');hacked(1);//", "<base href=//evil.example>",
  "<form action=//evil.example><input name=q autofocus onfocus=hacked(1)>", "<meta http-equiv=refresh content='0;url=//evil.example'>", "expression(hacked(1))", "url(//evil.example/x.png)",
  "position:fixed;inset:0;z-index:9999;background:url(//evil.example)", "&lt;script&gt;hacked(1)&lt;/script&gt;", "%3Cscript%3Ehacked(1)%3C/script%3E", "<math><mtext><img src=x onerror=hacked(1)>", "<!--", "]]>", "\\u003cscript\\u003e",
];
const SIGNS = [
  "\u202eexe.fdp\u202c", "\u2066hidden\u2069", "a\u0301".repeat(60), "Z" + "\u0300\u0489".repeat(400), "pay\u200bpal\u200d\ufeff", "\u0000\u0007\u001b[31m", "\u{e0041}\u{e0042}", "ﷺ".repeat(40), "𒐫".repeat(60),
  "한글".repeat(200), "\u3164\u115f\u1160", "שלום עולם", "مرحبا بالعالم", "👨‍👩‍👧‍👦".repeat(50), "=HYPERLINK(\"//evil.example\")", "\r\n\r\n\n\n\n\n\n", "\t".repeat(200), "../../../../etc/passwd", "file:///etc/passwd", "null", "undefined", "__proto__", "constructor",
];
/** A word of a hundred kilobytes, without a place to break it. */
const LONG = "W".repeat(100_000);

/** The strings, no two alike. */
export const STRINGS = Array.from({ length: 500 }, (_, i) => {
  const all = [...SCRIPTS, ...SIGNS];
  const text = all[i % all.length];
  const around = [text, `${text}${text}`, `Steel ${text} 12 t`, `${"x".repeat(300)}${text}`, `${text}\n${text}`][Math.floor(i / all.length) % 5];
  return i % 60 === 59 ? `${i}${MARK}${LONG}` : `${i}${MARK}${around}`;
});

/** Fields that a peer fills with words of its own. */
const FIELDS = new Set([
  "title", "description", "name", "seller_name", "buyer_name", "peer_name", "own_name", "locality", "contact", "text", "remark", "payment", "quote_number", "words", "url", "reason", "detail", "offered", "asked", "media_type", "question", "error", "note", "value_text",
]);

/** Answers of a peer, with hostile strings in the place of what others wrote. `taken()` tells how many have been used. */
export function hostile({ gateway, token }) {
  let next = 0;
  const take = () => STRINGS[next++ % STRINGS.length];
  const mine = new Set(["profile.get"]);
  const replace = (value, key) => {
    if (typeof value === "string") return FIELDS.has(key) ? take() : value;
    if (Array.isArray(value)) return key === "urls" ? value.map(take) : value.map((one) => replace(one, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replace(one, name)]));
  };
  const instead = (method, params) => new Promise((resolve) => {
    if (mine.has(method)) return resolve(undefined);
    const asked = request(`${gateway}/api`, { method: "POST", headers: { authorization: `Bearer ${token}` } }, async (found) => {
      const parts = [];
      for await (const part of found) parts.push(part);
      const body = JSON.parse(Buffer.concat(parts).toString());
      resolve("ok" in body ? JSON.stringify({ ok: replace(body.ok, "") }) : undefined);
    });
    asked.end(JSON.stringify({ method, params }));
  });
  return { instead, taken: () => next };
}
