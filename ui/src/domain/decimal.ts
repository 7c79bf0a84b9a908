/** Exact decimals: prices and sums never pass through floating point. */
export interface Decimal {
  /** All digits, as one integer. */
  readonly digits: bigint;
  /** How many of them stand behind the point. */
  readonly scale: number;
}

const FORM = /^[+-]?(\d+)(?:\.(\d*))?$|^[+-]?\.(\d+)$/;

/** Reads a decimal as people write it: `1,234.5`, `1 234`, `-3`. Nothing if it is no number. */
export function parseDecimal(text: string): Decimal | null {
  const bare = text.replace(/[\s,_ ]/g, "");
  if (!FORM.test(bare)) return null;
  const negative = bare.startsWith("-");
  const [whole = "", part = ""] = bare.replace(/^[+-]/, "").split(".");
  const digits = BigInt(`${whole}${part}` || "0");
  return { digits: negative ? -digits : digits, scale: part.length };
}

/** The same number with so many digits behind the point, rounded half to even. */
export function rescale(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return { digits: value.digits * 10n ** BigInt(scale - value.scale), scale };
  const by = 10n ** BigInt(value.scale - scale);
  return { digits: divideHalfEven(value.digits, by), scale };
}

/** Quotient rounded half to even; the divisor is above zero. */
export function divideHalfEven(value: bigint, by: bigint): bigint {
  const negative = value < 0n;
  const positive = negative ? -value : value;
  let quotient = positive / by;
  const twice = (positive % by) * 2n;
  if (twice > by || (twice === by && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/** Sum. */
export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: rescale(a, scale).digits + rescale(b, scale).digits, scale };
}

/** Product. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** Below zero, zero, or above, as `a` is less than, equal to or more than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = rescale(a, scale).digits - rescale(b, scale).digits;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Plain text, `-12.50`. */
export function decimalText(value: Decimal): string {
  const negative = value.digits < 0n;
  const digits = (negative ? -value.digits : value.digits).toString().padStart(value.scale + 1, "0");
  const cut = digits.length - value.scale;
  const text = value.scale === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return negative ? `-${text}` : text;
}

/** Plain text without zeros at the end: `12.50` is `12.5`. */
export function tidyText(value: Decimal): string {
  const text = decimalText(value);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };
