/** Characters that turn the direction of what follows, or are not to be seen. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
/** Marks piled on one letter that are shown: Vietnamese and pointed Hebrew need three; a tower of them covers its neighbours. */
const MARKS = 4;
const TOWER = new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, "gu");
/** Characters that are shown of one text: more is never read on a screen, and slows it down. */
export const SHOWN = 20_000;

/** Text from a stranger as it may be shown: nothing that hides, turns round or covers what stands beside it. */
export function cleanText(text: string | null | undefined): string {
  const whole = text ?? "";
  const cut = whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole;
  return cut.replace(UNSEEN, "").replace(TOWER, "$1").toWellFormed();
}

/** The same in one line of at most so many characters, for places that cannot wrap. */
export function lineText(text: string | null | undefined, most: number): string {
  const line = cleanText(text).replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1).toWellFormed()}…` : line;
}

/** Where an address from a stranger leads: only http and https, with the host in letters that cannot be mistaken. */
export interface Destination {
  href: string;
  host: string;
}

/** Reads an address from a stranger; nothing if it is not one of the web, or hides who is asked behind a name and password. */
export function destination(text: string): Destination | null {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return null;
  }
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  return isWeb && url.hostname !== "" && url.username === "" && url.password === "" ? { href: url.href, host: url.host } : null;
}
