import type { Locale } from "./money";

interface UnitWord {
  /** UN/ECE Recommendation 20. */
  code: string;
  /** As it is written behind a number. */
  sign: Record<Locale, string>;
  words: readonly string[];
}

/** Units people ask for, the commonest first. Others are written by their code. */
export const UNITS: readonly UnitWord[] = [
  { code: "H87", sign: { en: "pcs", ko: "개" }, words: ["pcs", "pc", "piece", "pieces", "ea", "each", "개", "대", "장", "자루"] },
  { code: "KGM", sign: { en: "kg", ko: "kg" }, words: ["kg", "kilo", "킬로"] },
  { code: "TNE", sign: { en: "t", ko: "t" }, words: ["t", "ton", "tons", "tonne", "톤"] },
  { code: "GRM", sign: { en: "g", ko: "g" }, words: ["g", "gram", "그램"] },
  { code: "MTR", sign: { en: "m", ko: "m" }, words: ["m", "metre", "meter", "미터"] },
  { code: "MTK", sign: { en: "m²", ko: "m²" }, words: ["m2", "m²", "㎡", "제곱미터"] },
  { code: "MTQ", sign: { en: "m³", ko: "m³" }, words: ["m3", "m³", "㎥", "세제곱미터"] },
  { code: "LTR", sign: { en: "l", ko: "L" }, words: ["l", "litre", "liter", "리터"] },
  { code: "SET", sign: { en: "sets", ko: "세트" }, words: ["set", "sets", "세트"] },
  { code: "XBX", sign: { en: "boxes", ko: "상자" }, words: ["box", "boxes", "상자", "박스"] },
  { code: "XRO", sign: { en: "rolls", ko: "롤" }, words: ["roll", "rolls", "롤"] },
  { code: "PR", sign: { en: "pairs", ko: "켤레" }, words: ["pair", "pairs", "켤레", "쌍"] },
  { code: "HUR", sign: { en: "h", ko: "시간" }, words: ["h", "hour", "hours", "시간"] },
  { code: "DAY", sign: { en: "days", ko: "일" }, words: ["day", "days", "일"] },
  { code: "MON", sign: { en: "months", ko: "개월" }, words: ["month", "months", "개월", "월"] },
  { code: "LS", sign: { en: "lump sum", ko: "식" }, words: ["lump", "lump sum", "식"] },
];

/** The code that a word means; nothing if no unit is called so. */
export function unitCode(word: string): string | null {
  const bare = word.trim().toLowerCase();
  const found = UNITS.find((unit) => unit.code.toLowerCase() === bare || unit.words.includes(bare));
  if (found) return found.code;
  return /^[A-Z0-9]{2,3}$/.test(word.trim()) ? word.trim() : null;
}

/** Codes that others use for the same: pairs by number, one, each. */
const SAME: Readonly<Record<string, string>> = { NPR: "PR", C62: "H87", EA: "H87" };

/** How one of a unit is written behind a price. */
export function unitOne(code: string, locale: Locale): string {
  const one: Readonly<Record<string, string>> = { H87: "pc", SET: "set", XBX: "box", XRO: "roll", PR: "pair", DAY: "day", MON: "month" };
  return locale === "en" ? (one[SAME[code] ?? code] ?? unitSign(code, locale)) : unitSign(code, locale);
}

/** How a unit is written behind a number. */
export function unitSign(code: string, locale: Locale): string {
  const own = SAME[code] ?? code;
  return UNITS.find((unit) => unit.code === own)?.sign[locale] ?? code;
}
