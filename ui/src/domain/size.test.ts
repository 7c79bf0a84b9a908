import { expect, test } from "vitest";
import { formatSize } from "./size";

test("a size is said in the unit in which people say it", () => {
  expect([0, 999, 1000, 412_300, 999_499, 999_500, 1_250_000, 67_108_864].map((bytes) => formatSize(bytes, "en"))).toEqual(["0 byte", "999 byte", "1 kB", "412 kB", "999 kB", "1 MB", "1.3 MB", "67.1 MB"]);
  expect(formatSize(412_300, "ko")).toBe("412kB");
});
