import { expect, test } from "vitest";
import type { Frame } from "./frames";
import { MOST_SOUND_WAITING, MOST_WAITING, Outlet } from "./outlet";

const frame = (kind: Frame["kind"], key = false): Frame => ({ kind, key, at: 0, data: new Uint8Array(8) });

test("a slow way costs pictures, never sound", () => {
  const outlet = new Outlet();
  expect(outlet.pass(frame("picture", true), MOST_WAITING)).toBe("go");
  expect(outlet.pass(frame("picture", true), MOST_WAITING + 1)).toBe("drop");
  expect(outlet.pass(frame("sound"), MOST_WAITING + 1)).toBe("go");
  expect(outlet.pass(frame("sound"), MOST_SOUND_WAITING + 1)).toBe("drop");
});

test("after a picture was left out the next is one that needs none before it, wished for once", () => {
  const outlet = new Outlet();
  outlet.pass(frame("picture"), MOST_WAITING + 1);
  expect([0, 1, 2].map(() => outlet.pass(frame("picture"), 0))).toEqual(["drop_and_wish", "drop", "drop"]);
  expect(outlet.pass(frame("picture", true), 0)).toBe("go");
  expect(outlet.pass(frame("picture"), 0)).toBe("go");
});

test("a key picture that was left out itself is wished for again", () => {
  const outlet = new Outlet();
  outlet.lost();
  expect(outlet.pass(frame("picture"), 0)).toBe("drop_and_wish");
  expect(outlet.pass(frame("picture", true), MOST_WAITING + 1)).toBe("drop");
  expect(outlet.pass(frame("picture"), 0)).toBe("drop_and_wish");
});
