import type { Bid } from "../bindings/Bid";
import type { BidLine } from "../bindings/BidLine";
import type { Change } from "../bindings/Change";
import type { Charge } from "../bindings/Charge";
import type { Commitment } from "../bindings/Commitment";
import type { Delivery } from "../bindings/Delivery";
import type { Incoterm } from "../bindings/Incoterm";
import type { Price } from "../bindings/Price";
import { compareDecimals, parseDecimal, tidyText } from "./decimal";
import { lineAmount, sum, type Money } from "./money";

/** One term of an offer, as it is and as a counter-offer wants it. */
export type TermDiff =
  | { term: "price"; line: number; before: Price; after: Price }
  | { term: "quantity"; line: number; before: string; after: string; unit: string }
  | { term: "lead"; line: number; before: number | null; after: number }
  | { term: "charge"; before: Charge | null; after: Charge | null }
  | { term: "delivery"; before: Delivery | null; after: Delivery | null }
  | { term: "incoterm"; before: Incoterm | null; after: Incoterm | null }
  | { term: "payment"; before: string | null; after: string | null }
  | { term: "until"; before: string; after: string }
  | { term: "commitment"; before: Commitment; after: Commitment };

const offered = (bid: Bid, line: number): BidLine | undefined => bid.lines.find((own) => own.line === line && own.offer !== "no_quote");

/** What changes, term by term, in the order in which it is written. */
export function diffs(bid: Bid, changes: readonly Change[]): TermDiff[] {
  return changes.flatMap((change): TermDiff[] => {
    switch (change.kind) {
      case "line": {
        const own = offered(bid, change.line);
        if (!own) return [];
        const { line, price, quantity, lead_time_days: days } = change;
        return [
          ...(price ? [{ term: "price" as const, line, before: own.price, after: price }] : []),
          ...(quantity ? [{ term: "quantity" as const, line, before: own.quantity.value, after: quantity, unit: own.quantity.unit }] : []),
          ...(days === undefined ? [] : [{ term: "lead" as const, line, before: own.lead_time_days ?? null, after: days }]),
        ];
      }
      case "add_charge": return [{ term: "charge", before: null, after: change.charge }];
      case "change_charge": return [{ term: "charge", before: bid.charges[change.index] ?? null, after: change.charge }];
      case "remove_charge": return [{ term: "charge", before: bid.charges[change.index] ?? null, after: null }];
      case "delivery": return [{ term: "delivery", before: bid.delivery, after: change.delivery ?? null }];
      case "incoterm": return [{ term: "incoterm", before: bid.incoterm, after: change.incoterm ?? null }];
      case "payment": return [{ term: "payment", before: bid.payment, after: change.payment ?? null }];
      case "valid_until": return [{ term: "until", before: bid.valid_until, after: change.until }];
      case "commitment": return [{ term: "commitment", before: bid.commitment, after: change.commitment }];
      default: return [];
    }
  });
}

/** What lines and charges come to with the changes; the api computes the same before anybody signs. */
export const totalWith = (bid: Bid, changes: readonly Change[]): Money => applied(bid, changes).total;

/** A counter-offer while it is written: every term as text, the offer's own to begin with. */
export interface Countering {
  lines: { line: number; price: string; quantity: string; days: string }[];
  charges: string[];
  freight: string;
  payment: string;
  /** The latest day of delivery, as `<input type="date">` writes it. */
  deliverBy: string;
  validUntil: string;
}

/** The offer as it stands, to be changed. `day` writes a moment as a date of this place. */
export function begin(bid: Bid, asked: { delivery: Delivery; payment: string | null }, day: (moment: string) => string): Countering {
  const window = (bid.delivery ?? asked.delivery).window;
  return {
    lines: bid.lines.filter((own) => own.offer !== "no_quote").map((own) => ({
      line: own.line,
      price: own.price.price,
      quantity: own.quantity.value,
      days: own.lead_time_days?.toString() ?? "",
    })),
    charges: bid.charges.map((charge) => charge.amount.amount),
    freight: "",
    payment: bid.payment ?? asked.payment ?? "",
    deliverBy: window ? day(window.until) : "",
    validUntil: bid.valid_until,
  };
}

/** The offer as somebody proposed to change it, to be changed further: charges keep the places that they have in the offer. */
export function beginWith(bid: Bid, changes: readonly Change[], asked: { delivery: Delivery; payment: string | null }, day: (moment: string) => string): Countering {
  const charges = bid.charges.map((charge, index) => {
    const change = changes.find((one) => (one.kind === "change_charge" || one.kind === "remove_charge") && one.index === index);
    return change?.kind === "remove_charge" ? "0" : change?.kind === "change_charge" ? change.charge.amount.amount : charge.amount.amount;
  });
  const added = changes.find((one) => one.kind === "add_charge" && one.charge.kind === "freight");
  return { ...begin(applied(bid, changes), asked, day), charges, freight: added?.kind === "add_charge" ? added.charge.amount.amount : "" };
}

const same = (a: string, b: string): boolean => {
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  return x !== null && y !== null ? compareDecimals(x, y) === 0 : a.trim() === b.trim();
};
const plain = (text: string): string => {
  const value = parseDecimal(text);
  return value === null ? text.trim() : tidyText(value);
};
const isNumber = (text: string): boolean => (parseDecimal(text)?.digits ?? -1n) >= 0n;

function lineChanges(bid: Bid, edited: Countering): Change[] {
  return edited.lines.flatMap((line): Change[] => {
    const own = offered(bid, line.line);
    if (!own) return [];
    const days = Number.parseInt(line.days, 10);
    const change = {
      ...(same(line.price, own.price.price) || !isNumber(line.price) ? {} : { price: { ...own.price, price: plain(line.price) } }),
      ...(same(line.quantity, own.quantity.value) || !isNumber(line.quantity) ? {} : { quantity: plain(line.quantity) }),
      ...(Number.isNaN(days) || days === own.lead_time_days ? {} : { lead_time_days: days }),
    };
    return Object.keys(change).length ? [{ kind: "line", line: line.line, ...change }] : [];
  });
}

/** A charge taken to nothing goes; freight that was not there comes. */
function chargeChanges(bid: Bid, edited: Countering): Change[] {
  const changed = bid.charges.flatMap((charge, index): Change[] => {
    const text = edited.charges[index] ?? charge.amount.amount;
    if (same(text, charge.amount.amount)) return [];
    const amount = lineAmount("1", text.trim() || "0", "1", bid.currency);
    if (amount === null) return [];
    if (parseDecimal(amount.amount)?.digits === 0n) return [{ kind: "remove_charge", index }];
    return [{ kind: "change_charge", index, charge: { ...charge, amount } }];
  });
  const freight = lineAmount("1", edited.freight, "1", bid.currency);
  const isNew = freight !== null && parseDecimal(freight.amount)?.digits !== 0n;
  return isNew ? [...changed, { kind: "add_charge", charge: { kind: "freight", description: "", amount: freight } }] : changed;
}

/** What was changed, as the api takes it. `end` reads a date of this place as the moment at its end. */
export function changesOf(
  bid: Bid,
  asked: { delivery: Delivery; payment: string | null },
  edited: Countering,
  day: (moment: string) => string,
  end: (date: string) => string,
): Change[] {
  const delivery = bid.delivery ?? asked.delivery;
  const window = delivery.window;
  const before = begin(bid, asked, day);
  const moved = window && edited.deliverBy && edited.deliverBy !== before.deliverBy;
  return [
    ...lineChanges(bid, edited),
    ...chargeChanges(bid, edited),
    ...(moved ? [{ kind: "delivery" as const, delivery: { ...delivery, window: { from: window.from < end(edited.deliverBy) ? window.from : end(edited.deliverBy), until: end(edited.deliverBy) } } }] : []),
    ...(edited.payment.trim() === before.payment ? [] : [edited.payment.trim() ? { kind: "payment" as const, payment: edited.payment.trim() } : { kind: "payment" as const }]),
    ...(Date.parse(edited.validUntil) === Date.parse(bid.valid_until) ? [] : [{ kind: "valid_until" as const, until: edited.validUntil }]),
  ];
}

/** The offer with the changes, as far as a screen shows it. */
export function applied(bid: Bid, changes: readonly Change[]): Bid {
  const lines = bid.lines.map((own) => {
    const change = changes.find((one) => one.kind === "line" && one.line === own.line);
    if (change?.kind !== "line") return own;
    const [price, value] = [change.price ?? own.price, change.quantity ?? own.quantity.value];
    const amount = change.price || change.quantity ? (lineAmount(value, price.price, price.base_quantity, bid.currency) ?? own.amount) : own.amount;
    return { ...own, price, quantity: { ...own.quantity, value }, amount, ...(change.lead_time_days === undefined ? {} : { lead_time_days: change.lead_time_days }) };
  });
  const kept = bid.charges.flatMap((charge, index) => {
    const change = changes.find((one) => (one.kind === "change_charge" || one.kind === "remove_charge") && one.index === index);
    if (change?.kind === "remove_charge") return [];
    return [change?.kind === "change_charge" ? change.charge : charge];
  });
  const added = changes.flatMap((one) => (one.kind === "add_charge" ? [one.charge] : []));
  const rest = changes.reduce<Partial<Bid>>((so, one) => {
    if (one.kind === "delivery") return { ...so, delivery: one.delivery ?? null };
    if (one.kind === "incoterm") return { ...so, incoterm: one.incoterm ?? null };
    if (one.kind === "payment") return { ...so, payment: one.payment ?? null };
    if (one.kind === "valid_until") return { ...so, valid_until: one.until };
    return one.kind === "commitment" ? { ...so, commitment: one.commitment } : so;
  }, {});
  const charges = [...kept, ...added];
  const amounts = lines.filter((own) => own.offer !== "no_quote").map((own) => own.amount);
  return { ...bid, ...rest, lines, charges, total: sum([...amounts, ...charges.map((charge) => charge.amount)], bid.currency) };
}
