import { describe, expect, test } from "vitest";
import { isTable, MAX_PASTED, parsePaste } from "./paste";

describe("what is pasted from a spreadsheet", () => {
  test("names, quantities and units come from their cells", () => {
    expect(parsePaste("Rebar SD400\t12\tt\nTie wire\t150\tkg")).toEqual([
      { name: "Rebar SD400", quantity: "12", unit: "TNE", category: "" },
      { name: "Tie wire", quantity: "150", unit: "KGM", category: "" },
    ]);
  });
  test("a heading is no line, in either language", () => {
    expect(parsePaste("품목\t수량\t단위\n사무용 의자\t24\t개")).toEqual([{ name: "사무용 의자", quantity: "24", unit: "H87", category: "" }]);
  });
  test("quantity and unit may share a cell, and a code names the category", () => {
    expect(parsePaste("Chairs\tCPV 39112000-0\t1,200 pcs")).toEqual([{ name: "Chairs", quantity: "1200", unit: "H87", category: "CPV 39112000-0" }]);
  });
  test("quotes around a cell are taken off", () => {
    expect(parsePaste('"Desk ""Oak"""\t4')[0]).toMatchObject({ name: 'Desk "Oak"', quantity: "4" });
  });
  test("words alone are no table", () => {
    expect(isTable("Rebar SD400")).toBe(false);
    expect(isTable("a\tb")).toBe(true);
  });
  test("one line more than an RFP may have is left out", () => {
    expect(parsePaste("a\t1\n".repeat(MAX_PASTED + 1))).toHaveLength(MAX_PASTED);
  });
});
