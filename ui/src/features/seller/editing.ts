import type { Attachment } from "../../bindings/Attachment";
import type { Bid } from "../../bindings/Bid";
import type { BidDraft } from "../../bindings/BidDraft";
import type { Charge } from "../../bindings/Charge";
import type { ChargeKind } from "../../bindings/ChargeKind";
import type { CommitmentKind } from "../../bindings/CommitmentKind";
import type { LineDraft } from "../../bindings/LineDraft";
import type { LineOffer } from "../../bindings/LineOffer";
import type { Profile } from "../../bindings/Profile";
import type { Rfp } from "../../bindings/Rfp";
import { compareDecimals, parseDecimal, tidyText, ZERO } from "../../domain/decimal";
import { lineAmount, sum, type Money } from "../../domain/money";
import { ownQuantity } from "../../domain/revision";
import { dayEnd, localDay } from "../../domain/time";

/** One line of a bid while it is written. */
export interface EditedLine {
  line: number;
  offer: LineOffer;
  quantity: string;
  price: string;
  days: string;
  base: string;
  /** What the alternative is, or a remark. */
  description: string;
}

/** A bid while it is written. */
export interface Editing {
  currency: string;
  lines: EditedLine[];
  charges: { kind: ChargeKind; amount: string }[];
  validUntil: string;
  commitment: CommitmentKind;
  payment: string;
  /** The latest day of delivery, if otherwise than asked. */
  deliverBy: string;
  quoteNumber: string;
  whole: boolean;
  answers: Record<string, string>;
  urls: string;
  attachments: Attachment[];
}

/** A bid as the request asks for it, or as the earlier bid said. */
export function fill(rfp: Rfp, profile: Profile | null, before?: Bid): Editing {
  const mine = profile?.currencies.find((currency) => rfp.currencies.includes(currency));
  const asked = Date.parse(rfp.schedule.bid_deadline) + rfp.rules.validity;
  const earlier = before && Date.parse(before.valid_until) > Date.now() ? before.valid_until : null;
  const charges = before?.charges.map((charge) => ({ kind: charge.kind, amount: charge.amount.amount })) ?? [];
  return {
    currency: before && rfp.currencies.includes(before.currency) ? before.currency : (mine ?? rfp.currencies[0] ?? "KRW"),
    lines: rfp.lines.map((line) => {
      const offered = before?.lines.find((one) => one.line === line.number && one.offer !== "no_quote");
      const own = before && offered && ownQuantity(before, line.number);
      return {
        line: line.number,
        offer: before ? (offered?.offer ?? "no_quote") : "quoted",
        quantity: own ? offered.quantity.value : line.quantity.value,
        price: offered?.price.price ?? "",
        days: offered?.lead_time_days?.toString() ?? "",
        base: offered?.price.base_quantity ?? "1",
        description: offered?.description ?? "",
      };
    }),
    charges: charges.some((charge) => charge.kind === "freight") ? charges : [{ kind: "freight", amount: "" }, ...charges],
    validUntil: earlier ?? new Date(asked).toISOString(),
    commitment: before?.commitment.kind ?? rfp.rules.commitment,
    payment: before?.payment ?? "",
    deliverBy: before?.delivery?.window ? localDay(before.delivery.window.until) : "",
    quoteNumber: before?.quote_number ?? "",
    whole: before?.all_or_nothing ?? false,
    answers: Object.fromEntries(before?.answers.map((one) => [one.criterion, one.value]) ?? []),
    urls: before?.urls.join(" ") ?? "",
    attachments: before?.attachments ?? [],
  };
}

/** What the lines, and the whole, come to. The api computes the same again before it signs. */
export function sums(editing: Editing): { lines: (Money | null)[]; total: Money; offered: number } {
  const lines = editing.lines.map((line) => (line.offer === "no_quote" ? null : lineAmount(line.quantity, line.price, line.base, editing.currency)));
  const amounts = lines.filter((amount) => amount !== null);
  const charges = editing.charges.flatMap((charge) => lineAmount("1", charge.amount, "1", editing.currency) ?? []);
  return { lines, total: sum([...amounts, ...charges], editing.currency), offered: amounts.length };
}

/** Where a bid differs from the request, as it is written: the api computes the signed list. */
export type Differs = { what: "missing" | "quantity" | "alternative"; line: number } | { what: "payment" | "delivery" | "validity" | "commitment" };

export function deviations(rfp: Rfp, editing: Editing): Differs[] {
  const found: Differs[] = [];
  for (const line of editing.lines) {
    const asked = rfp.lines.find((one) => one.number === line.line);
    if (!asked) continue;
    if (line.offer === "no_quote") {
      if (!asked.optional) found.push({ what: "missing", line: line.line });
      continue;
    }
    if (line.offer === "alternative") found.push({ what: "alternative", line: line.line });
    const [own, wanted] = [parseDecimal(line.quantity), parseDecimal(asked.quantity.value)];
    if (own && wanted && compareDecimals(own, wanted) !== 0) found.push({ what: "quantity", line: line.line });
  }
  const payment = editing.payment.trim();
  if (payment && payment !== (rfp.payment ?? "")) found.push({ what: "payment" });
  const window = rfp.delivery.window;
  if (editing.deliverBy && window && editing.deliverBy !== localDay(window.until)) found.push({ what: "delivery" });
  if (Date.parse(editing.validUntil) < Date.parse(rfp.schedule.bid_deadline) + rfp.rules.validity) found.push({ what: "validity" });
  const firmness: CommitmentKind[] = ["indicative", "revocable", "firm"];
  if (firmness.indexOf(editing.commitment) < firmness.indexOf(rfp.rules.commitment)) found.push({ what: "commitment" });
  return found;
}

const plain = (text: string): string => {
  const value = parseDecimal(text);
  return value === null ? text : tidyText(value);
};

function chargesOf(editing: Editing): Charge[] {
  return editing.charges.flatMap((charge) => {
    const amount = lineAmount("1", charge.amount, "1", editing.currency);
    return amount && parseDecimal(amount.amount)?.digits ? [{ kind: charge.kind, description: "", amount }] : [];
  });
}

/** The bid as the api takes it: lines without a price are not quoted. What the editor does not show is as `before` said. */
export function bidDraft(rfp: Rfp, editing: Editing, before?: Bid): BidDraft {
  const lines = editing.lines.map((line): LineDraft => {
    const asked = rfp.lines.find((one) => one.number === line.line);
    if (line.offer === "no_quote" || parseDecimal(line.price) === null || !asked) return { line: line.line, offer: "no_quote" };
    const days = Number.parseInt(line.days, 10);
    const isLess = compareDecimals(parseDecimal(line.quantity) ?? ZERO, parseDecimal(asked.quantity.value) ?? ZERO) !== 0;
    const description = line.description.trim();
    return {
      line: line.line,
      ...(line.offer === "alternative" ? { offer: "alternative" as const } : {}),
      ...(description ? { description } : {}),
      ...(isLess ? { quantity: { value: plain(line.quantity), unit: asked.quantity.unit } } : {}),
      price: plain(line.price),
      ...(line.base === "1" ? {} : { base_quantity: line.base }),
      ...(Number.isNaN(days) ? {} : { lead_time_days: days }),
    };
  });
  const words = (text: string) => text.trim() || undefined;
  const [payment, quote, charges] = [words(editing.payment), words(editing.quoteNumber), chargesOf(editing)];
  const urls = editing.urls.split(/[\s,]+/).filter((url) => url !== "");
  const window = (before?.delivery ?? rfp.delivery).window;
  const place = (before?.delivery ?? rfp.delivery).place;
  const asAsked = rfp.delivery.window && editing.deliverBy === localDay(rfp.delivery.window.until);
  const until = editing.deliverBy && !asAsked ? dayEnd(editing.deliverBy) : null;
  return {
    currency: editing.currency,
    lines,
    ...(charges.length ? { charges } : {}),
    ...(before?.taxes.length ? { taxes: before.taxes.map((tax) => ({ category: tax.category, rate: tax.rate })) } : {}),
    valid_until: editing.validUntil,
    commitment: { kind: editing.commitment },
    ...(payment ? { payment } : {}),
    ...(until ? { delivery: { place, window: { from: window && window.from < until ? window.from : until, until } } } : {}),
    ...(before?.incoterm ? { incoterm: before.incoterm } : {}),
    ...(urls.length ? { urls } : {}),
    ...(editing.attachments.length ? { attachments: editing.attachments } : {}),
    ...(quote ? { quote_number: quote } : {}),
    ...(editing.whole ? { all_or_nothing: true } : {}),
    answers: rfp.criteria.filter((one) => one.measure === "answer").map((one) => ({ criterion: one.name, value: plain(editing.answers[one.name] ?? ""), note: "" })),
  };
}
