import { expect, test } from "vitest";
import { pictureName } from "./keep";

test("a picture is named by when it was taken", () => {
  expect(pictureName(new Date(2026, 10, 20, 14, 5, 12))).toBe("photo-2026-11-20-140512.jpg");
});
