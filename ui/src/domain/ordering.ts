import type { AwardView } from "../bindings/AwardView";
import type { Bid } from "../bindings/Bid";
import type { BidLine } from "../bindings/BidLine";
import type { Charge } from "../bindings/Charge";
import type { LinePart } from "../bindings/LinePart";
import type { Rfp } from "../bindings/Rfp";
import { add, compareDecimals, parseDecimal, tidyText, ZERO, type Decimal } from "./decimal";
import { lineAmount, sum, type Money } from "./money";

/** One line of an order while it is chosen. */
export interface Choice {
  line: number;
  taken: boolean;
  quantity: string;
}

/** One line of an order as it will be signed. */
export interface Ordered {
  offer: BidLine;
  quantity: string;
  amount: Money;
}

/** Why an order cannot be signed so. */
export type OrderFault = "nothing" | "quantity" | "offered" | "left" | "whole";

/** An order as it will be signed. */
export interface Ordering {
  lines: Ordered[];
  charges: Charge[];
  total: Money;
  /** Less than a line offers: no bid promises that, the seller has to accept. */
  partial: boolean;
  fault: OrderFault | null;
  faultLine: number | null;
}

const lower = (a: Decimal, b: Decimal): Decimal => (compareDecimals(a, b) < 0 ? a : b);

/** How much of a line is neither reserved nor awarded. */
export function leftOf(rfp: Rfp, awards: readonly AwardView[], line: number): string {
  const asked = parseDecimal(rfp.lines.find((own) => own.number === line)?.quantity.value ?? "0") ?? ZERO;
  const taken = awards.flatMap((award) => award.lines).filter((own) => own.line === line);
  const sumTaken = taken.reduce<Decimal>((so, own) => add(so, parseDecimal(own.quantity) ?? ZERO), ZERO);
  const left = add(asked, { ...sumTaken, digits: -sumTaken.digits });
  return left.digits < 0n ? "0" : tidyText(left);
}

export const offers = (bid: Bid): BidLine[] => bid.lines.filter((own) => own.offer !== "no_quote");

/** Whatever is offered and still to be had; optional lines wait to be chosen. */
export function choose(rfp: Rfp, awards: readonly AwardView[], bid: Bid): Choice[] {
  return offers(bid).map((own) => {
    const left = parseDecimal(leftOf(rfp, awards, own.line)) ?? ZERO;
    const most = lower(left, parseDecimal(own.quantity.value) ?? ZERO);
    const isOptional = rfp.lines.find((line) => line.number === own.line)?.optional ?? false;
    return { line: own.line, taken: most.digits > 0n && (bid.all_or_nothing || !isOptional), quantity: tidyText(most) };
  });
}

/** Takes the lines of these lots, and no others. */
export function chooseLots(rfp: Rfp, choices: readonly Choice[], lots: readonly number[]): Choice[] {
  const lotOf = new Map(rfp.lines.map((line) => [line.number, line.lot]));
  return choices.map((choice) => {
    const lot = lotOf.get(choice.line);
    return { ...choice, taken: lot !== undefined && lots.includes(lot) && choice.quantity !== "0" };
  });
}

/** What will be signed for these choices, and what keeps it from being signed. */
export function order(rfp: Rfp, awards: readonly AwardView[], bid: Bid, choices: readonly Choice[]): Ordering {
  const taken = choices.filter((choice) => choice.taken);
  let fault: OrderFault | null = null;
  let faultLine: number | null = null;
  let partial = false;
  const fail = (kind: OrderFault, line: number | null) => {
    if (fault === null) [fault, faultLine] = [kind, line];
  };
  const lines = taken.flatMap((choice): Ordered[] => {
    const offer = offers(bid).find((own) => own.line === choice.line);
    const quantity = parseDecimal(choice.quantity);
    if (!offer) return [];
    if (quantity === null || quantity.digits <= 0n) {
      fail("quantity", choice.line);
      return [];
    }
    const most = parseDecimal(offer.quantity.value) ?? ZERO;
    if (compareDecimals(quantity, most) > 0) fail("offered", choice.line);
    else if (compareDecimals(quantity, parseDecimal(leftOf(rfp, awards, choice.line)) ?? ZERO) > 0) fail("left", choice.line);
    const full = compareDecimals(quantity, most) === 0;
    partial ||= !full;
    const amount = full ? offer.amount : lineAmount(choice.quantity, offer.price.price, offer.price.base_quantity, bid.currency);
    return amount ? [{ offer, quantity: tidyText(quantity), amount }] : [];
  });
  if (lines.length === 0) fail("nothing", null);
  if (bid.all_or_nothing && (partial || lines.length < offers(bid).length)) fail("whole", null);
  const lotOf = (line: number) => rfp.lines.find((own) => own.number === line)?.lot;
  const lots = new Set(lines.map((own) => lotOf(own.offer.line)));
  const charges = bid.charges.filter((charge) => charge.lot === undefined || lots.has(charge.lot));
  const total = sum([...lines.map((own) => own.amount), ...charges.map((charge) => charge.amount)], bid.currency);
  return { lines, charges, total, partial, fault, faultLine };
}

/** The order as the api takes it. */
export function lineParts(ordering: Ordering): LinePart[] {
  return ordering.lines.map((own) => ({ line: own.offer.line, quantity: own.quantity }));
}
