import { describe, expect, test } from "vitest";
import { remaining, spanWords } from "./countdown";
import { formatDay, formatMoment, fullHour, nearDay } from "./time";

const at = Date.parse("2026-11-20T14:00:00+09:00");
const ZONE = "Asia/Seoul";

describe("moments", () => {
  test("Korean dates read as Koreans write them", () => {
    expect(formatMoment(at, "ko", ZONE)).toBe("11월 20일 (금) 14:00");
    expect(formatDay(at, "ko", ZONE)).toBe("11월 20일 (금)");
  });
  test("English dates are short and without a comma", () => {
    expect(formatMoment(at, "en", ZONE)).toBe("Fri 20 Nov 14:00");
  });
  test("today and tomorrow follow the calendar of the place", () => {
    const late = Date.parse("2026-11-20T23:30:00+09:00");
    expect(nearDay(late, at, ZONE)).toBe("today");
    expect(nearDay(late + 3_600_000, at, ZONE)).toBe("tomorrow");
    expect(nearDay(at - 24 * 3_600_000, at, ZONE)).toBe("yesterday");
    expect(nearDay(at + 72 * 3_600_000, at, ZONE)).toBeNull();
  });
  test("a proposed deadline is a full hour", () => {
    expect(fullHour(Date.parse("2026-11-20T10:12:00Z"), 4)).toBe(Date.parse("2026-11-20T15:00:00Z"));
  });
});

describe("countdowns", () => {
  const minute = 60_000;
  test("two units at most, seconds only at the end", () => {
    expect(spanWords(130 * minute, "en")).toBe("2 h 10 min");
    expect(spanWords(130 * minute, "ko")).toBe("2시간 10분");
    expect(spanWords(22 * minute, "en")).toBe("22 min");
    expect(spanWords(59_900, "en")).toBe("59 s");
    expect(spanWords(26 * 60 * minute, "en")).toBe("1 d 2 h");
    expect(spanWords(9 * 24 * 60 * minute, "ko")).toBe("9일");
    expect(spanWords(-5, "en")).toBe("0 s");
  });
  test("a bar shows what is left: solid while bound, hatched after", () => {
    expect(remaining(0, 100 * minute, 40 * minute)).toEqual({ solid: 60, hatched: 0, soon: false, over: false });
    expect(remaining(0, 100 * minute, 40 * minute, 70 * minute)).toEqual({ solid: 30, hatched: 30, soon: false, over: false });
    expect(remaining(0, 100 * minute, 40 * minute, 0)).toEqual({ solid: 0, hatched: 60, soon: false, over: false });
    expect(remaining(0, 100 * minute, 80 * minute).soon).toBe(true);
    expect(remaining(0, 100 * minute, 100 * minute)).toEqual({ solid: 0, hatched: 0, soon: false, over: true });
  });
});
