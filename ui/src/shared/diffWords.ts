import type { Bid } from "../bindings/Bid";
import type { Delivery } from "../bindings/Delivery";
import type { Deviation } from "../bindings/Deviation";
import type { Incoterm } from "../bindings/Incoterm";
import type { Line } from "../bindings/Line";
import type { OrderLine } from "../bindings/OrderLine";
import type { Price } from "../bindings/Price";
import type { OrderDiff } from "../domain/amend";
import { difference, formatMoney, formatUnitPrice, type Difference, type Money } from "../domain/money";
import type { RevisionDiff } from "../domain/revision";
import type { TermDiff } from "../domain/terms";
import { m } from "../paraglide/messages";
import { settings } from "./settings.svelte";
import { bindWord, chargeWord, daysWords, dayWords, incotermWords, momentWords, numberWords, placeWords, quantityWords, taxWord } from "./words";

/** One row of a difference, in words. The name and both sides may hold text from strangers. */
export interface DiffRow {
  name: string;
  /** Nothing where there was nothing. */
  before: string | null;
  after: string | null;
}

/** `₩132,000 less, 1.3 %`. */
export function moreOrLess(found: Difference): string {
  const less = found.money.amount.startsWith("-");
  const amount = formatMoney({ ...found.money, amount: found.money.amount.replace("-", "") }, settings.locale);
  if (/^-?0*\.?0*$/.test(found.money.amount)) return m.amount_same();
  if (found.permille === null) return less ? m.amount_less({ amount }) : m.amount_more({ amount });
  const percent = numberWords(String(Math.abs(found.permille) / 10));
  return less ? m.amount_less_percent({ amount, percent }) : m.amount_more_percent({ amount, percent });
}

/** What `other` is against `base`; nothing for two currencies. */
export function against(base: Money, other: Money): string {
  const found = difference(base, other);
  return found ? moreOrLess(found) : "";
}

const priceWords = (price: Price, currency: string): string =>
  `${formatUnitPrice(price.price, currency, settings.locale)}${price.base_quantity === "1" ? "" : ` / ${numberWords(price.base_quantity)}`}`;

/** Where and by when, in one line. */
export const deliveryWords = (delivery: Delivery): string =>
  delivery.window ? m.place_by({ place: placeWords(delivery.place), day: dayWords(delivery.window.until) }) : placeWords(delivery.place);

/** What holds where an offer says nothing of its own: what was asked. */
export interface Asked {
  lines: readonly Line[];
  delivery: Delivery;
  incoterm: Incoterm | null;
  payment: string | null;
}

/** The rows of a counter-offer, old and new. */
export function termRows(found: readonly TermDiff[], currency: string, asked: Asked): DiffRow[] {
  const ofLine = (line: number, term: string): string => {
    const own = asked.lines.find((one) => one.number === line)?.name ?? String(line);
    return asked.lines.length === 1 ? term : `${own}: ${term}`;
  };
  return found.map((diff): DiffRow => {
    switch (diff.term) {
      case "price": return { name: ofLine(diff.line, m.unit_price()), before: priceWords(diff.before, currency), after: priceWords(diff.after, currency) };
      case "quantity": return { name: ofLine(diff.line, m.quantity()), before: quantityWords({ value: diff.before, unit: diff.unit }), after: quantityWords({ value: diff.after, unit: diff.unit }) };
      case "lead": return { name: ofLine(diff.line, m.measure_lead()), before: daysWords(diff.before), after: daysWords(diff.after) };
      case "charge": return {
        name: chargeWord((diff.after ?? diff.before)?.kind ?? "other"),
        before: diff.before && formatMoney(diff.before.amount, settings.locale),
        after: diff.after ? formatMoney(diff.after.amount, settings.locale) : m.included(),
      };
      case "delivery": return { name: m.kind_delivery(), before: deliveryWords(diff.before ?? asked.delivery), after: deliveryWords(diff.after ?? asked.delivery) };
      case "incoterm": return { name: m.incoterm(), before: incotermWords(diff.before ?? asked.incoterm), after: incotermWords(diff.after ?? asked.incoterm) };
      case "payment": return { name: m.payment(), before: diff.before ?? asked.payment, after: diff.after ?? asked.payment ?? m.pay_as_agreed() };
      case "until": return { name: m.bid_valid_until(), before: momentWords(diff.before), after: momentWords(diff.after) };
      case "commitment": return { name: m.how_binding(), before: bindWord(diff.before.kind), after: bindWord(diff.after.kind) };
    }
  });
}

const FIELDS: Readonly<Record<string, () => string>> = {
  "schedule.open": m.field_open, "schedule.question_cutoff": m.field_cutoff, "schedule.bid_deadline": m.bids_until, "schedule.award_by": m.choose_by,
  "rules.commitment": m.asked_commitment, "rules.validity": m.bid_valid_until, "rules.partial": m.partial_label, "rules.alternatives": m.field_alternatives,
  "rules.max_rounds": m.field_rounds, "rules.extension": m.field_extension, "rules.tax_basis": m.tax, "rules.repeated": m.field_repeated,
  title: m.title_label, description: m.description_label, language: m.language, buyer: m.buyer, currencies: m.currency, delivery: m.kind_delivery,
  incoterm: m.incoterm, payment: m.payment, criteria: m.what_counts, disclosure: m.disclose_label, attachments: m.field_attachments, lots: m.field_lots, lines: m.field_order,
};

/** What a field of a request is called; `lines.7` is line 7. */
export function fieldWord(field: string): string {
  const line = /^lines\.(\d+)$/.exec(field)?.[1];
  return line ? m.line_n({ n: line }) : (FIELDS[field] ?? m.kind_unknown)();
}

/** A point in which a bid differs from what was asked: what the buyer's program found, as `crates/decision` names it. */
export function deviationWords(one: Deviation, bid: Bid): string {
  const own = bid.lines.find((line) => line.line === one.line);
  switch (one.field) {
    case "rules.validity": return m.valid_until({ moment: momentWords(bid.valid_until) });
    case "rules.commitment": return bid.commitment.kind === "firm" ? m.firm_until({ moment: momentWords(bid.commitment.until) }) : bindWord(bid.commitment.kind);
    case "rules.tax_basis": return taxWord(bid.tax_basis);
    case "delivery.window": return bid.delivery?.window ? m.delivered_by({ day: dayWords(bid.delivery.window.until) }) : one.offered;
    case "delivery.place": return bid.delivery ? `${m.deliver_place()}: ${placeWords(bid.delivery.place)}` : one.offered;
    case "lines": return own?.offer === "alternative" ? m.alternative() : own?.offer === "quoted" ? m.differs_not_asked() : m.not_offered();
    case "lines.quantity":
    case "lines.quantity.unit": return own ? m.only_quantity({ quantity: quantityWords(own.quantity) }) : one.offered;
    case "criteria": return m.differs_answers();
    default: return `${fieldWord(one.field)}: ${one.offered}`;
  }
}

const orderLineWords = (line: OrderLine | null, currency: string): string | null =>
  line && `${quantityWords(line.quantity)} × ${priceWords(line.price, currency)}`;

/** The rows of a changed order, old and new. */
export function orderRows(found: readonly OrderDiff[], currency: string, lines: readonly Line[]): DiffRow[] {
  return found.map((diff): DiffRow => {
    switch (diff.term) {
      case "line": return {
        name: lines.find((own) => own.number === diff.line)?.name ?? m.line_n({ n: diff.line }),
        before: orderLineWords(diff.before, currency),
        after: orderLineWords(diff.after, currency) ?? m.line_gone(),
      };
      case "charges": return { name: m.charge_other(), before: formatMoney(diff.before, settings.locale), after: formatMoney(diff.after, settings.locale) };
      case "delivery": return { name: m.kind_delivery(), before: deliveryWords(diff.before), after: deliveryWords(diff.after) };
    }
  });
}

const lineWords = (line: Line | null): string | null => line && `${line.name}, ${quantityWords(line.quantity)}`;

/** The rows of a revision, old and new. */
export function revisionRows(found: readonly RevisionDiff[]): DiffRow[] {
  return found.map((diff): DiffRow => {
    switch (diff.what) {
      case "line": return {
        name: diff.before === null ? m.line_new() : diff.after === null ? m.line_gone() : m.line_n({ n: diff.after.number }),
        before: lineWords(diff.before),
        after: lineWords(diff.after),
      };
      case "deadline": return { name: m.bids_until(), before: momentWords(diff.before), after: momentWords(diff.after) };
      case "award_by": return { name: m.choose_by(), before: momentWords(diff.before), after: momentWords(diff.after) };
      case "deliver_by": return { name: m.kind_delivery(), before: dayWords(diff.before), after: dayWords(diff.after) };
      case "other": return { name: fieldWord(diff.field), before: null, after: m.changed() };
      default: return { name: fieldWord(diff.what), before: diff.before || null, after: diff.after || "–" };
    }
  });
}
