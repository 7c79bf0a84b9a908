import { geoAzimuthalEquidistant, geoDistance, geoPath } from "d3-geo";
import type { Feature, MultiPolygon, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import type { Place } from "../bindings/Place";

/** Countries and their land, as `world-atlas` writes them (Natural Earth, public domain). */
export type World = Topology<{ countries: GeometryCollection }>;

/** Mean radius of the earth, kilometres. */
const EARTH = 6371;
/** Farthest that a map reaches, kilometres: half way round everything is everywhere. */
const FARTHEST = 12_000;

/** A picture of a region: where the centre and the ring are, and what lies in it. */
export interface Region {
  /** Land, with its coasts and borders, as an SVG path. */
  land: string;
  /** Where a place is in the picture; nothing where it has no coordinates or lies outside. */
  point: (place: Place) => { x: number; y: number } | null;
}

/** A piece of land, and the cap of the earth that holds it: middle in degrees, radius in radians. */
interface Piece {
  shape: Polygon;
  middle: [number, number];
  radius: number;
}

const pieces = new WeakMap<World, readonly Piece[]>();

/** The land in pieces, found once: a map of a town need not draw the rest of the world. */
function piecesOf(world: World): readonly Piece[] {
  const known = pieces.get(world);
  if (known) return known;
  const found = feature(world, world.objects.countries).features.flatMap((one) => {
    const { geometry } = one as Feature<Polygon | MultiPolygon>;
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return parts.map((coordinates): Piece => {
      const edge = (coordinates[0] ?? []) as [number, number][];
      const middle: [number, number] = edge[Math.floor(edge.length / 2)] ?? [0, 0];
      return { shape: { type: "Polygon", coordinates }, middle, radius: Math.max(0, ...edge.map((at) => geoDistance(middle, at))) };
    });
  });
  pieces.set(world, found);
  return found;
}

const degrees = (place: Place): [number, number] | null =>
  place.latitude_e6 === undefined || place.longitude_e6 === undefined ? null : [place.longitude_e6 / 1e6, place.latitude_e6 / 1e6];

/**
 * A map around a place in which distances from its middle are true, so that a distance is a circle: `radius` kilometres are
 * `ring` pixels. Nothing without coordinates. Source: azimuthal equidistant projection, Snyder 1987, p. 191.
 */
export function region(world: World | null, centre: Place, radius: number, ring: number, [width, height]: readonly [number, number]): Region | null {
  const middle = degrees(centre);
  if (middle === null) return null;
  const reach = Math.min(Math.max(radius, 1), FARTHEST);
  const perKm = ring / reach;
  // A little more than the corners see, and never the far side of the earth, where this projection tears.
  const seen = Math.min((((Math.hypot(width, height) / 2 / perKm) * 1.1) / EARTH) * (180 / Math.PI), 170);
  const projection = geoAzimuthalEquidistant()
    .rotate([-middle[0], -middle[1]])
    .translate([width / 2, height / 2])
    .scale(perKm * EARTH)
    .clipAngle(seen);
  const path = geoPath(projection).digits(1);
  const near = (piece: Piece) => geoDistance(middle, piece.middle) - piece.radius <= (seen * Math.PI) / 180;
  const land = world ? piecesOf(world).filter(near).map((piece) => piece.shape) : [];
  const inside = (x: number, y: number) => x >= 0 && x <= width && y >= 0 && y <= height;
  return {
    land: path({ type: "GeometryCollection", geometries: land }) ?? "",
    point: (place) => {
      const at = degrees(place);
      const found = at && projection(at);
      return found && inside(found[0], found[1]) ? { x: found[0], y: found[1] } : null;
    },
  };
}

/** A radius that shows these places around a centre: the farthest of them, a little more, at least so many kilometres. */
export function reachOf(distances: readonly number[], least = 20): number {
  const farthest = Math.max(least, ...distances) * 1.15;
  const step = 10 ** Math.floor(Math.log10(farthest)) / 2;
  return Math.ceil(farthest / step) * step;
}
