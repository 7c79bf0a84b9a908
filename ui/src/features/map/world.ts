import type { World } from "../../domain/map";

/** Kilometres of radius below which a coast is drawn in detail: farther out nobody sees the difference, and it is slower. */
const NEAR = 250;
const asked = new Map<boolean, Promise<World | null>>();

/** The coasts and borders of the world, from our own files, asked for once and only where a map is shown. */
export function theWorld(radius: number): Promise<World | null> {
  const near = radius < NEAR;
  const known = asked.get(near);
  if (known) return known;
  const found = (near ? import("world-atlas/countries-10m.json") : import("world-atlas/countries-50m.json")).then(
    (file) => file.default as unknown as World,
    () => null,
  );
  asked.set(near, found);
  return found;
}
