import { expect, test } from "vitest";
import { EDGE, moved, within } from "./panel";

const PANEL = { width: 240, height: 180 };

test("a panel stays in the window, also when the window shrinks", () => {
  const screen = { width: 1280, height: 800 };
  expect(within({ x: 100, y: 100 }, PANEL, screen)).toEqual({ x: 100, y: 100 });
  expect(within({ x: -50, y: 4000 }, PANEL, screen)).toEqual({ x: EDGE, y: 800 - 180 - EDGE });
  expect(within({ x: 1000, y: 600 }, PANEL, { width: 200, height: 100 })).toEqual({ x: EDGE, y: EDGE });
});

test("arrow keys move it, with Shift farther, and other keys do not", () => {
  const spot = { x: 100, y: 100 };
  expect(moved(spot, "ArrowLeft", false)).toEqual({ x: 84, y: 100 });
  expect(moved(spot, "ArrowDown", true)).toEqual({ x: 100, y: 260 });
  expect(moved(spot, "Enter", false)).toBeNull();
});
