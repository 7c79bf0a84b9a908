import type { Bid } from "../../bindings/Bid";
import type { BidDraft } from "../../bindings/BidDraft";
import type { CommitmentKind } from "../../bindings/CommitmentKind";
import type { LineDraft } from "../../bindings/LineDraft";
import type { Profile } from "../../bindings/Profile";
import type { Rfp } from "../../bindings/Rfp";
import { parseDecimal, tidyText } from "../../domain/decimal";
import { lineAmount, sum, type Money } from "../../domain/money";

/** A bid while it is written. */
export interface Editing {
  currency: string;
  lines: { line: number; offered: boolean; price: string; days: string; base: string }[];
  freight: string;
  validUntil: string;
  commitment: CommitmentKind;
  payment: string;
  quoteNumber: string;
  answers: Record<string, string>;
}

/** A bid as the request asks for it, or as the earlier bid said. */
export function fill(rfp: Rfp, profile: Profile | null, before?: Bid): Editing {
  const own = profile?.currencies.find((currency) => rfp.currencies.includes(currency));
  const asked = Date.parse(rfp.schedule.bid_deadline) + rfp.rules.validity;
  const freight = before?.charges.find((charge) => charge.kind === "freight");
  return {
    currency: before?.currency ?? own ?? rfp.currencies[0] ?? "KRW",
    lines: rfp.lines.map((line) => {
      const offered = before?.lines.find((one) => one.line === line.number && one.offer !== "no_quote");
      return {
        line: line.number,
        offered: before ? offered !== undefined : true,
        price: offered?.price.price ?? "",
        days: offered?.lead_time_days?.toString() ?? "",
        base: offered?.price.base_quantity ?? "1",
      };
    }),
    freight: freight?.amount.amount ?? "",
    validUntil: before?.valid_until ?? new Date(asked).toISOString(),
    commitment: before?.commitment.kind ?? rfp.rules.commitment,
    payment: before?.payment ?? "",
    quoteNumber: before?.quote_number ?? "",
    answers: Object.fromEntries(before?.answers.map((one) => [one.criterion, one.value]) ?? []),
  };
}

/** What the lines, and the whole, come to. The api computes the same again before it signs. */
export function sums(rfp: Rfp, editing: Editing): { lines: (Money | null)[]; total: Money; offered: number } {
  const lines = editing.lines.map((line) => {
    const asked = rfp.lines.find((one) => one.number === line.line);
    return line.offered && asked ? lineAmount(asked.quantity.value, line.price, line.base, editing.currency) : null;
  });
  const amounts = lines.filter((amount) => amount !== null);
  const freight = lineAmount("1", editing.freight, "1", editing.currency);
  return { lines, total: sum(freight ? [...amounts, freight] : amounts, editing.currency), offered: amounts.length };
}

const plain = (text: string): string => {
  const value = parseDecimal(text);
  return value === null ? text : tidyText(value);
};

/** The bid as the api takes it: lines without a price are not quoted. */
export function bidDraft(rfp: Rfp, editing: Editing): BidDraft {
  const lines = editing.lines.map((line): LineDraft => {
    if (!line.offered || parseDecimal(line.price) === null) return { line: line.line, offer: "no_quote" };
    const days = Number.parseInt(line.days, 10);
    return {
      line: line.line,
      price: plain(line.price),
      ...(line.base === "1" ? {} : { base_quantity: line.base }),
      ...(Number.isNaN(days) ? {} : { lead_time_days: days }),
    };
  });
  const freight = lineAmount("1", editing.freight, "1", editing.currency);
  const words = (text: string) => text.trim() || undefined;
  const payment = words(editing.payment);
  const quote = words(editing.quoteNumber);
  return {
    currency: editing.currency,
    lines,
    ...(freight && parseDecimal(freight.amount)?.digits ? { charges: [{ kind: "freight" as const, description: "", amount: freight }] } : {}),
    valid_until: editing.validUntil,
    commitment: { kind: editing.commitment },
    ...(payment ? { payment } : {}),
    ...(quote ? { quote_number: quote } : {}),
    answers: rfp.criteria.filter((one) => one.measure === "answer").map((one) => ({ criterion: one.name, value: plain(editing.answers[one.name] ?? ""), note: "" })),
  };
}
