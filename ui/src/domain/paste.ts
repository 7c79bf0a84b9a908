import { parseDecimal, tidyText } from "./decimal";
import { unitCode } from "./units";

/** A line as a spreadsheet gives it. */
export interface PastedLine {
  name: string;
  quantity: string;
  unit: string;
  category: string;
}

/** Lines that are taken from one paste at most: as many as an RFP may have. */
export const MAX_PASTED = 1000;

const HEADER = /^(item|name|description|품목|품명|내용|이름)$/i;
const CATEGORY = /^(CPV|UNSPSC)\s+\S+$|^\d{8}(-\d)?$/i;

/** Cells of a row: tabs as spreadsheets copy them; else semicolons. Quotes around a cell are taken off. */
function cells(row: string): string[] {
  const separator = row.includes("\t") ? "\t" : row.includes(";") ? ";" : null;
  const found = separator === null ? [row] : row.split(separator);
  return found.map((cell) => cell.trim().replace(/^"(.*)"$/s, "$1").replaceAll('""', '"').trim());
}

function quantityAndUnit(cell: string): { quantity: string; unit: string } | null {
  const match = /^([+]?[\d.,  ]*\d)\s*(\S.*)?$/.exec(cell);
  const value = match?.[1] === undefined ? null : parseDecimal(match[1]);
  if (value === null || value.digits <= 0n) return null;
  const unit = match?.[2] === undefined ? "" : unitCode(match[2]);
  return unit === null ? null : { quantity: tidyText(value), unit };
}

function line(found: readonly string[]): PastedLine | null {
  const [name = "", ...rest] = found;
  if (name === "") return null;
  const read: PastedLine = { name, quantity: "", unit: "", category: "" };
  for (const cell of rest) {
    if (cell === "") continue;
    const amount = read.quantity === "" && !CATEGORY.test(cell) ? quantityAndUnit(cell) : null;
    const unit = unitCode(cell);
    if (amount !== null) {
      read.quantity = amount.quantity;
      read.unit = amount.unit || read.unit;
    } else if (unit !== null && read.unit === "") read.unit = unit;
    else if (CATEGORY.test(cell)) read.category = /^\d/.test(cell) ? `CPV ${cell}` : cell;
    else if (read.quantity === "") read.name = `${read.name}, ${cell}`;
  }
  return read;
}

/** Reads what was copied from a spreadsheet: a row a line, name first, then quantity, unit and category in any order. */
export function parsePaste(text: string): PastedLine[] {
  const rows = text.split(/\r\n|\r|\n/).filter((row) => row.trim() !== "").map(cells);
  const body = rows[0] !== undefined && HEADER.test(rows[0][0] ?? "") ? rows.slice(1) : rows;
  return body.map(line).filter((read) => read !== null).slice(0, MAX_PASTED);
}

/** Whether a paste is a table and not just words for one cell. */
export function isTable(text: string): boolean {
  return /[\t\n\r]/.test(text.trim());
}
