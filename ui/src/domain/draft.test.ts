import { describe, expect, test } from "vitest";
import { readCategory } from "./cpv";
import { judged, missing, newDraft, toRfp } from "./draft";
import { distanceKm, findTowns, placeOf } from "./places";

const now = Date.parse("2026-11-20T05:12:00Z");
const seoul = findTowns("서울")[0];
const place = seoul ? placeOf(seoul, "en") : { country: "KR", locality: "" };
const names = { total: "Price", lead_time_days: "Lead time", distance_km: "Distance" };

function complete() {
  const draft = newDraft(now, place, "KRW");
  draft.lines[0] = { name: "Chairs", category: "CPV 39112000-0", quantity: "1,200", unit: "H87" };
  draft.budget = "9,000,000";
  return draft;
}

describe("a request while it is written", () => {
  test("it says what is missing", () => {
    expect(missing(newDraft(now, { country: "KR", locality: "" }, "KRW"), now, null)).toEqual(["lines", "place", "bounds"]);
    expect(missing(complete(), now, 3)).toEqual([]);
    expect(missing(complete(), now, 0)).toEqual(["sellers"]);
  });
  test("a deadline that has passed and a line without quantity keep it", () => {
    const draft = complete();
    draft.deadline = new Date(now - 1).toISOString();
    draft.lines.push({ name: "Desks", category: "", quantity: "0", unit: "H87" });
    expect(missing(draft, now, 3)).toEqual(["quantity", "deadline"]);
  });
  test("it becomes the request that the api reads", () => {
    const rfp = toRfp(complete(), "en", names);
    expect(rfp).toMatchObject({
      title: "Chairs",
      currencies: ["KRW"],
      lines: [{ name: "Chairs", quantity: { value: "1200", unit: "H87" }, categories: [{ scheme: "CPV", code: "39112000-0" }] }],
      delivery: { place: { country: "KR", latitude: "37.5665", longitude: "126.978" } },
    });
    expect((rfp["criteria"] as { worst: string }[])[0]?.worst).toBe("18000000");
    expect(rfp).not.toHaveProperty("budget");
  });
  test("what the buyer judges has a name of its own, and counts upwards", () => {
    const draft = complete();
    draft.criteria = [{ measure: "total", weight: 70, best: "", worst: "" }, judged(30)];
    expect(missing(draft, now, 3)).toEqual(["names"]);
    draft.criteria[1] = { ...judged(20), name: " Workmanship " };
    draft.criteria.push({ ...judged(10), name: "Workmanship" });
    expect(missing(draft, now, 3)).toEqual(["names"]);
    draft.criteria = [{ measure: "total", weight: 70, best: "", worst: "" }, { ...judged(30), name: " Workmanship " }];
    expect(missing(draft, now, 3)).toEqual([]);
    expect((toRfp(draft, "en", names)["criteria"] as unknown[])[1]).toEqual({ name: "Workmanship", measure: "assessment", weight: 30, best: "10", worst: "0" });
  });
  test("a criterion without weight is not sent", () => {
    const draft = complete();
    draft.criteria.forEach((one, i) => (one.weight = i === 0 ? 100 : 0));
    expect((toRfp(draft, "en", names)["criteria"] as unknown[]).length).toBe(1);
  });
});

describe("places and categories", () => {
  test("towns are found in both languages, beginnings first", () => {
    expect(findTowns("inch").map((town) => town.en)).toEqual(["Incheon", "Incheon, Namdong-gu"]);
    expect(findTowns("부산")[0]?.en).toBe("Busan");
    expect(findTowns(" ")).toEqual([]);
  });
  test("distance is over the sphere", () => {
    const busan = findTowns("Busan")[0];
    expect(busan && distanceKm(place, placeOf(busan, "en"))).toBe(325);
    expect(distanceKm(place, { country: "KR", locality: "x" })).toBeNull();
  });
  test("a category is read as it is chosen or typed", () => {
    expect(readCategory("Chairs (39112000-0)")).toEqual({ scheme: "CPV", code: "39112000-0" });
    expect(readCategory("철물, 볼트 (44316000-8)")).toEqual({ scheme: "CPV", code: "44316000-8" });
    expect(readCategory("UNSPSC 56112102")).toEqual({ scheme: "UNSPSC", code: "56112102" });
    expect(readCategory("office chairs")).toBeNull();
  });
});
