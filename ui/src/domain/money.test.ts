import { describe, expect, test } from "vitest";
import { difference, exponent, formatBare, formatMoney, formatUnitPrice, lineAmount, sum } from "./money";

describe("money", () => {
  test("a currency has the decimals of ISO 4217 and never more", () => {
    expect([exponent("KRW"), exponent("EUR"), exponent("JPY"), exponent("KWD")]).toEqual([0, 2, 0, 3]);
    expect(formatMoney({ amount: "9834000", currency: "KRW" }, "ko")).toBe("₩9,834,000");
    expect(formatMoney({ amount: "182.50", currency: "EUR" }, "en")).toBe("€182.50");
    expect(formatBare({ amount: "8940000", currency: "KRW" }, "en")).toBe("8,940,000");
  });
  test("a unit price keeps its decimals", () => {
    expect(formatUnitPrice("0.0375", "EUR", "en")).toBe("€0.0375");
    expect(formatUnitPrice("745", "KRW", "ko")).toBe("₩745");
  });
  test("no digit is lost in amounts beyond what a double holds", () => {
    expect(formatBare({ amount: "90071992547409931", currency: "KRW" }, "en")).toBe("90,071,992,547,409,931");
    expect(sum([{ amount: "90071992547409931", currency: "KRW" }, { amount: "2", currency: "KRW" }], "KRW").amount).toBe("90071992547409933");
  });
  test("a difference is signed, in tenths of a per cent", () => {
    const found = difference({ amount: "9834000", currency: "KRW" }, { amount: "10269600", currency: "KRW" });
    expect(found).toEqual({ money: { amount: "435600", currency: "KRW" }, permille: 44 });
    const less = difference({ amount: "100.00", currency: "EUR" }, { amount: "94.00", currency: "EUR" });
    expect(less).toEqual({ money: { amount: "-6.00", currency: "EUR" }, permille: -60 });
  });
  test("two currencies do not compare", () => {
    expect(difference({ amount: "1", currency: "KRW" }, { amount: "1.00", currency: "EUR" })).toBeNull();
  });
  test("a line rounds once, half to even, to the minor unit", () => {
    expect(lineAmount("3", "0.0375", "1", "EUR")?.amount).toBe("0.11");
    expect(lineAmount("1", "0.125", "1", "EUR")?.amount).toBe("0.12");
    expect(lineAmount("1", "0.135", "1", "EUR")?.amount).toBe("0.14");
    expect(lineAmount("12000", "745", "1", "KRW")?.amount).toBe("8940000");
    expect(lineAmount("250", "10", "100", "EUR")?.amount).toBe("25.00");
    expect(lineAmount("1", "x", "1", "EUR")).toBeNull();
  });
});
