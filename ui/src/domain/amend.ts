import type { ChangedLine } from "../bindings/ChangedLine";
import type { Charge } from "../bindings/Charge";
import type { Delivery } from "../bindings/Delivery";
import type { Order } from "../bindings/Order";
import type { OrderLine } from "../bindings/OrderLine";
import type { OrderView } from "../bindings/OrderView";
import { add, compareDecimals, parseDecimal, tidyText, ZERO } from "./decimal";
import { compareMoney, lineAmount, sum, type Money } from "./money";

/** The order as it holds now: as both have changed it, or as a changed answer that was accepted says. */
export function standingOrder(view: OrderView): Order {
  if (view.changed) return view.changed;
  const answer = view.confirmation?.outcome === "accepted" ? view.response : null;
  if (!answer) return view.content;
  const order = view.content;
  const lines = order.lines.flatMap((ordered): OrderLine[] => {
    const own = answer.lines.filter((line) => line.line === ordered.line && line.status !== "refused");
    const changed = own.filter((line) => line.status === "changed");
    if (own.length === 0) return [];
    if (changed.length === 0) return [ordered];
    const value = tidyText(changed.reduce((so, line) => add(so, parseDecimal(line.quantity) ?? ZERO), ZERO));
    const price = changed[0]?.price ?? ordered.price;
    const amounts = changed.flatMap((line) => lineAmount(line.quantity, line.price.price, line.price.base_quantity, order.total.currency) ?? []);
    return [{ ...ordered, quantity: { ...ordered.quantity, value }, price, amount: sum(amounts, order.total.currency) }];
  });
  return { ...order, lines, total: totalOf(lines, order.charges, order.total.currency) };
}

const totalOf = (lines: readonly OrderLine[], charges: readonly Charge[], currency: string): Money =>
  sum([...lines.map((line) => line.amount), ...charges.map((charge) => charge.amount)], currency);

/** A change of an order while it is written. The day is as `<input type="date">` writes it. */
export interface Changing {
  lines: { line: number; quantity: string; price: string }[];
  deliverBy: string;
}

export function beginChange(order: Order, day: (moment: string) => string): Changing {
  return {
    lines: order.lines.map((line) => ({ line: line.line, quantity: line.quantity.value, price: line.price.price })),
    deliverBy: order.delivery.window ? day(order.delivery.window.until) : "",
  };
}

const same = (a: string, b: string): boolean => compareDecimals(parseDecimal(a) ?? ZERO, parseDecimal(b) ?? ZERO) === 0;
const tidy = (text: string): string | null => {
  const value = parseDecimal(text);
  return value === null || value.digits < 0n ? null : tidyText(value);
};

/** What a change says to the api; nothing where a number is none, or nothing changes. */
export interface Change {
  lines: ChangedLine[];
  delivery: Delivery | null;
}

export function changeOf(order: Order, changing: Changing, day: (moment: string) => string, end: (date: string) => string): Change | null {
  const lines: ChangedLine[] = [];
  for (const own of changing.lines) {
    const before = order.lines.find((line) => line.line === own.line);
    const [quantity, price] = [tidy(own.quantity), tidy(own.price)];
    if (!before || quantity === null || price === null) return null;
    const [moves, costs] = [!same(quantity, before.quantity.value), !same(price, before.price.price)];
    if (moves || costs) lines.push({ line: own.line, ...(moves ? { quantity } : {}), ...(costs ? { price: { ...before.price, price } } : {}) });
  }
  const window = order.delivery.window;
  const later = changing.deliverBy !== "" && (!window || changing.deliverBy !== day(window.until));
  const until = later ? end(changing.deliverBy) : "";
  const from = window && Date.parse(window.from) < Date.parse(until) ? window.from : until;
  const delivery = later ? { ...order.delivery, window: { from, until } } : null;
  return lines.length || delivery ? { lines, delivery } : null;
}

/** The order with a change, as the screen shows it before it is signed. The api computes it again. */
export function withChange(order: Order, change: Change): Order {
  const currency = order.total.currency;
  const lines = order.lines.flatMap((line): OrderLine[] => {
    const own = change.lines.find((one) => one.line === line.line);
    if (!own) return [line];
    const value = own.quantity ?? line.quantity.value;
    if (same(value, "0")) return [];
    const price = own.price ?? line.price;
    return [{ ...line, quantity: { ...line.quantity, value }, price, amount: lineAmount(value, price.price, price.base_quantity, currency) ?? line.amount }];
  });
  return { ...order, lines, delivery: change.delivery ?? order.delivery, total: totalOf(lines, order.charges, currency) };
}

/** A point in which two orders differ. */
export type OrderDiff =
  | { term: "line"; line: number; before: OrderLine | null; after: OrderLine | null }
  | { term: "charges"; before: Money; after: Money }
  | { term: "delivery"; before: Delivery; after: Delivery };

const lineDiffers = (a: OrderLine | null, b: OrderLine | null): boolean =>
  a === null || b === null || !same(a.quantity.value, b.quantity.value) || !same(a.price.price, b.price.price) || a.price.base_quantity !== b.price.base_quantity;

export function orderDiffs(before: Order, after: Order): OrderDiff[] {
  const numbers = [...new Set([...before.lines, ...after.lines].map((line) => line.line))].sort((a, b) => a - b);
  const currency = before.total.currency;
  const charges = (order: Order): Money => sum(order.charges.map((charge) => charge.amount), currency);
  const lines = numbers.flatMap((line): OrderDiff[] => {
    const [old, now] = [before, after].map((order) => order.lines.find((one) => one.line === line) ?? null);
    return lineDiffers(old ?? null, now ?? null) ? [{ term: "line", line, before: old ?? null, after: now ?? null }] : [];
  });
  return [
    ...lines,
    ...(compareMoney(charges(before), charges(after)) === 0 ? [] : [{ term: "charges" as const, before: charges(before), after: charges(after) }]),
    ...(JSON.stringify(before.delivery) === JSON.stringify(after.delivery) ? [] : [{ term: "delivery" as const, before: before.delivery, after: after.delivery }]),
  ];
}
