import { expect, test } from "vitest";
import { bare, bitsOf, HEAD, MAX_FRAME_BYTES, read, write, type Frame } from "./frames";

const picture: Frame = { kind: "picture", key: true, at: 1_234_567_890_123, data: new Uint8Array([1, 2, 3]) };

test("a frame is read as it was written", () => {
  expect(read(write(picture).buffer)).toEqual(picture);
  expect([...write({ kind: "sound", key: false, at: 258, data: new Uint8Array([9]) })]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 9]);
  expect(read(write(bare("key_wanted")).buffer)?.kind).toBe("key_wanted");
});

test("what is no frame is nothing", () => {
  const bytes = write(picture);
  const changed = (at: number, to: number) => {
    const copy = bytes.slice();
    copy[at] = to;
    return read(copy.buffer);
  };
  expect(read(new ArrayBuffer(HEAD - 1))).toBeNull();
  expect(read(new ArrayBuffer(HEAD + MAX_FRAME_BYTES + 1))).toBeNull();
  expect(changed(0, 99)).toBeNull();
  expect(changed(4, 4)).toBeNull();
  expect(changed(15, 255)).toBeNull();
});

test("a budget is four bytes", () => {
  const data = new Uint8Array([128, 26, 6, 0]);
  expect(bitsOf({ ...bare("budget"), data })).toBe(400_000);
  expect(bitsOf({ ...bare("budget"), data: data.slice(1) })).toBeNull();
  expect(bitsOf({ ...bare("sound"), data })).toBeNull();
});
