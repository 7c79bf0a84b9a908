/** A place on the screen, in pixels from its left upper corner. */
export interface Spot {
  x: number;
  y: number;
}

/** How large something is, in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Pixels that stay free between the panel and the edge of the window. */
export const EDGE = 8;
/** Pixels that an arrow key moves it; with Shift ten times as many. */
const STEP = 16;

/** The nearest place where the whole panel is in the window. */
export function within(spot: Spot, panel: Size, screen: Size): Spot {
  const fit = (at: number, size: number, whole: number): number => Math.max(EDGE, Math.min(at, whole - size - EDGE));
  return { x: fit(spot.x, panel.width, screen.width), y: fit(spot.y, panel.height, screen.height) };
}

/** Where an arrow key moves it; nothing for another key. */
export function moved(spot: Spot, key: string, far: boolean): Spot | null {
  const step = far ? STEP * 10 : STEP;
  switch (key) {
    case "ArrowLeft": return { ...spot, x: spot.x - step };
    case "ArrowRight": return { ...spot, x: spot.x + step };
    case "ArrowUp": return { ...spot, y: spot.y - step };
    case "ArrowDown": return { ...spot, y: spot.y + step };
    default: return null;
  }
}
