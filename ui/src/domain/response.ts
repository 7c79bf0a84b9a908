import type { LineAnswer } from "../bindings/LineAnswer";
import type { Order } from "../bindings/Order";
import type { OrderLine } from "../bindings/OrderLine";
import type { Period } from "../bindings/Period";
import type { ResponseLine } from "../bindings/ResponseLine";
import type { ResponseStatus } from "../bindings/ResponseStatus";
import { add, compareDecimals, parseDecimal, tidyText, ZERO, type Decimal } from "./decimal";
import { lineAmount, sum, type Money } from "./money";

/** One delivery of one ordered line, while the answer is written. Days are as `<input type="date">` writes them. */
export interface Part {
  line: number;
  status: ResponseStatus;
  quantity: string;
  price: string;
  from: string;
  until: string;
  remark: string;
}

/** The answer that takes everything as ordered. */
export function parts(order: Order): Part[] {
  return order.lines.map((line) => fresh(line));
}

function fresh(line: OrderLine): Part {
  return { line: line.line, status: "accepted", quantity: line.quantity.value, price: line.price.price, from: "", until: "", remark: "" };
}

/** A second delivery of the same line takes half of the first, in whole units where the quantity is whole. */
export function split(all: readonly Part[], at: number): Part[] {
  const first = all[at];
  const value = first ? parseDecimal(first.quantity) : null;
  if (!first || value === null) return [...all];
  const whole = value.digits / 10n ** BigInt(value.scale);
  const half: Decimal = whole > 1n && value.scale === 0 ? { digits: (whole + 1n) / 2n, scale: 0 } : { digits: value.digits * 5n, scale: value.scale + 1 };
  const rest = add(value, { ...half, digits: -half.digits });
  const one: Part = { ...first, status: "changed", quantity: tidyText(half) };
  const two: Part = { ...first, status: "changed", quantity: tidyText(rest) };
  return [...all.slice(0, at), one, two, ...all.slice(at + 1)];
}

/** How many deliveries a line has. */
export const deliveries = (all: readonly Part[], line: number): number => all.filter((part) => part.line === line).length;

/** What a line comes to in all its deliveries, against what was ordered: less, as much, or more. */
export function against(order: Order, all: readonly Part[], line: number): number {
  const ordered = parseDecimal(order.lines.find((own) => own.line === line)?.quantity.value ?? "0") ?? ZERO;
  const own = all.filter((part) => part.line === line && part.status !== "refused");
  const given = own.reduce<Decimal>((so, part) => add(so, parseDecimal(part.quantity) ?? ZERO), ZERO);
  return compareDecimals(given, ordered);
}

/** What the answer comes to, charges as ordered. */
export function totalOf(order: Order, all: readonly Part[]): Money {
  const amounts = all.flatMap((part) => {
    const ordered = order.lines.find((own) => own.line === part.line);
    if (!ordered || part.status === "refused") return [];
    if (part.status === "accepted") return [ordered.amount];
    return lineAmount(part.quantity, part.price, ordered.price.base_quantity, order.total.currency) ?? [];
  });
  const charges = amounts.length ? order.charges.map((charge) => charge.amount) : [];
  return sum([...amounts, ...charges], order.total.currency);
}

/** The answer as the api takes it. `start` and `end` read dates of this place as moments. */
export function answers(order: Order, all: readonly Part[], start: (date: string) => string, end: (date: string) => string): LineAnswer[] {
  return all.map((part) => {
    const ordered = order.lines.find((own) => own.line === part.line);
    const remark = part.remark.trim() ? { remark: part.remark.trim() } : {};
    if (part.status !== "changed" || !ordered) return { line: part.line, status: part.status, ...remark };
    const window: { window?: Period } = part.from && part.until ? { window: { from: start(part.from), until: end(part.until) } } : {};
    return { line: part.line, status: part.status, quantity: plain(part.quantity), price: { ...ordered.price, price: plain(part.price) }, ...window, ...remark };
  });
}

const plain = (text: string): string => {
  const value = parseDecimal(text);
  return value === null ? text : tidyText(value);
};

/** A line of a signed answer beside what was ordered. */
export interface Answered {
  line: ResponseLine;
  ordered: OrderLine | null;
  quantityChanged: boolean;
  priceChanged: boolean;
}

/** A signed answer line by line. */
export function beside(order: Order | null, lines: readonly ResponseLine[]): Answered[] {
  const differs = (a: string, b: string) => compareDecimals(parseDecimal(a) ?? ZERO, parseDecimal(b) ?? ZERO) !== 0;
  return lines.map((line) => {
    const ordered = order?.lines.find((own) => own.line === line.line) ?? null;
    const isChanged = line.status === "changed" && ordered !== null;
    return {
      line,
      ordered,
      quantityChanged: isChanged && differs(line.quantity, ordered.quantity.value),
      priceChanged: isChanged && differs(line.price.price, ordered.price.price),
    };
  });
}
