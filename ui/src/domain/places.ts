import type { Place } from "../bindings/Place";
import type { Locale } from "./money";
import { TOWNS, type Town } from "./towns";

/** Kilometres between two places on a sphere, rounded; nothing where a place has no coordinates. */
export function distanceKm(a: Place, b: Place): number | null {
  if (a.latitude_e6 === undefined || a.longitude_e6 === undefined) return null;
  if (b.latitude_e6 === undefined || b.longitude_e6 === undefined) return null;
  const radius = 6371;
  const rad = (e6: number) => (e6 / 1e6) * (Math.PI / 180);
  const [p, q] = [rad(a.latitude_e6), rad(b.latitude_e6)];
  const half = Math.sin((q - p) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin((rad(b.longitude_e6) - rad(a.longitude_e6)) / 2) ** 2;
  return Math.round(2 * radius * Math.asin(Math.min(1, Math.sqrt(half))));
}

/** Towns whose name, in either language, begins with these words; then those that contain them. */
export function findTowns(words: string, most = 6): Town[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  const names = (town: Town) => [town.en.toLowerCase(), town.ko];
  const begins = TOWNS.filter((town) => names(town).some((name) => name.startsWith(wanted)));
  const holds = TOWNS.filter((town) => !begins.includes(town) && names(town).some((name) => name.includes(wanted)));
  return [...begins, ...holds].slice(0, most);
}

/** A town as a place of trade. */
export function placeOf(town: Town, locale: Locale): Place {
  return {
    country: town.country,
    locality: locale === "ko" ? town.ko : town.en,
    latitude_e6: Math.round(town.lat * 1e6),
    longitude_e6: Math.round(town.lon * 1e6),
  };
}
