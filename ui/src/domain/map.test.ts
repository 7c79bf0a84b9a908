import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { reachOf, region, type World } from "./map";

const world = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("world-atlas/countries-50m.json"), "utf8")) as World;
const incheon = { country: "KR", locality: "인천", latitude_e6: 37_456_300, longitude_e6: 126_705_200 };
const north = (km: number) => ({ ...incheon, latitude_e6: Math.round(incheon.latitude_e6 + (km / 111.195) * 1e6) });
const SIZE = [400, 300] as const;

test("a distance from the middle is true on the map, whatever the radius", () => {
  for (const radius of [10, 60, 600, 3000]) {
    const found = region(world, incheon, radius, 100, SIZE);
    const at = found?.point(north(radius));
    expect(found?.point(incheon)).toEqual({ x: 200, y: 150 });
    expect(at?.x).toBeCloseTo(200, 0);
    expect(at?.y).toBeCloseTo(50, 0);
  }
});

test("there is land around Incheon, and what lies outside the picture has no point", () => {
  const found = region(world, incheon, 60, 100, SIZE);
  expect(found?.land.length).toBeGreaterThan(50);
  expect(found?.point({ ...incheon, latitude_e6: -33_000_000, longitude_e6: 151_000_000 })).toBeNull();
  expect(found?.point({ country: "KR", locality: "?" })).toBeNull();
});

test("without coordinates there is no map, and without the world still the points", () => {
  expect(region(world, { country: "KR", locality: "?" }, 60, 100, SIZE)).toBeNull();
  expect(region(null, incheon, 60, 100, SIZE)?.land).toBe("");
});

test("a radius is round and holds the farthest", () => {
  expect(reachOf([12, 9, 38])).toBe(45);
  expect(reachOf([])).toBe(25);
  expect(reachOf([700])).toBeGreaterThan(700);
});
