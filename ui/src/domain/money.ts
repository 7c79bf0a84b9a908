import { add, decimalText, divideHalfEven, multiply, parseDecimal, rescale, ZERO, type Decimal } from "./decimal";
import { numberFormat } from "./formats";

/** An amount as the api writes it: major units, with the currency's decimals. */
export interface Money {
  amount: string;
  currency: string;
}

/** The languages of the screens. */
export type Locale = "en" | "ko";

/** What `Intl` calls our languages: British order of dates, Korean as in Korea. */
export const TAG: Record<Locale, string> = { en: "en-GB", ko: "ko-KR" };

/** Digits behind the point that the currency has: none for KRW, two for EUR. */
export function exponent(currency: string): number {
  try {
    const format = numberFormat("en", { style: "currency", currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

function minor(money: Money): bigint {
  return rescale(parseDecimal(money.amount) ?? ZERO, exponent(money.currency)).digits;
}

function written(text: string, currency: string, locale: Locale, extra: Intl.NumberFormatOptions): string {
  try {
    const format = numberFormat(TAG[locale], {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      ...extra,
    });
    return format.format(text as `${number}`);
  } catch {
    return `${currency} ${text}`;
  }
}

/** `₩9,834,000`, `€182.50`. */
export function formatMoney(money: Money, locale: Locale): string {
  return written(money.amount, money.currency, locale, {});
}

/** A unit price: as many decimals as it has, at most six. `€0.0375`. */
export function formatUnitPrice(price: string, currency: string, locale: Locale): string {
  const digits = exponent(currency);
  return written(price, currency, locale, { minimumFractionDigits: 0, maximumFractionDigits: Math.max(6, digits) });
}

/** The amount without its currency: `8,940,000`. */
export function formatBare(money: Money, locale: Locale): string {
  const digits = exponent(money.currency);
  const format = numberFormat(TAG[locale], { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return format.format(money.amount as `${number}`);
}

/** A number: `1,200`, `2.5`. */
export function formatNumber(text: string, locale: Locale): string {
  const format = numberFormat(TAG[locale], { maximumFractionDigits: 12 });
  return parseDecimal(text) === null ? text : format.format(text as `${number}`);
}

/** How much more `other` is than `base`. */
export interface Difference {
  /** Signed, in the common currency. */
  money: Money;
  /** Tenths of a per cent, signed; nothing where the base is zero. */
  permille: number | null;
}

/** `other` − `base`; nothing for two currencies, which do not compare. */
export function difference(base: Money, other: Money): Difference | null {
  if (base.currency !== other.currency) return null;
  const [from, to] = [minor(base), minor(other)];
  const scale = exponent(base.currency);
  const amount = decimalText({ digits: to - from, scale });
  const permille = from > 0n ? Number(divideHalfEven((to - from) * 1000n, from)) : null;
  return { money: { amount, currency: base.currency }, permille };
}

/** What a line comes to: quantity × price ÷ base quantity, rounded once, half to even. */
export function lineAmount(quantity: string, price: string, base: string, currency: string): Money | null {
  const [q, p, b] = [parseDecimal(quantity), parseDecimal(price), parseDecimal(base)];
  if (q === null || p === null || b === null || b.digits <= 0n) return null;
  const scale = exponent(currency);
  const product = multiply(q, p);
  const top = product.digits * 10n ** BigInt(scale + b.scale);
  const digits = divideHalfEven(top, b.digits * 10n ** BigInt(product.scale));
  return { amount: decimalText({ digits, scale }), currency };
}

/** The sum of amounts of one currency. */
export function sum(amounts: readonly Money[], currency: string): Money {
  const own = amounts.filter((money) => money.currency === currency);
  const total = own.reduce<Decimal>((so, money) => add(so, parseDecimal(money.amount) ?? ZERO), ZERO);
  return { amount: decimalText(rescale(total, exponent(currency))), currency };
}

/** Below zero, zero or above; two currencies are kept apart by name. */
export function compareMoney(a: Money, b: Money): number {
  if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1;
  const found = minor(a) - minor(b);
  return found < 0n ? -1 : found > 0n ? 1 : 0;
}
