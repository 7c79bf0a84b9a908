import type { Bid } from "../bindings/Bid";
import type { Rfp } from "../bindings/Rfp";
import { lineAmount, sum } from "./money";

/** A request for twelve chairs and four stools, for tests. */
export function rfpFor(change: Partial<Rfp> = {}): Rfp {
  const line = (number: number, name: string, value: string) => ({ number, name, description: "", quantity: { value, unit: "H87" }, categories: [], properties: [], optional: false });
  return {
    revision: 1, title: "Chairs", description: "", language: "en", buyer: { name: "Ann", place: { country: "KR", locality: "Incheon" } },
    schedule: { open: "2026-11-20T00:00:00Z", bid_deadline: "2026-11-20T07:00:00Z", award_by: "2026-11-27T07:00:00Z" },
    rules: { commitment: "firm", validity: 604_800_000, partial: true, alternatives: true, repeated: true, max_rounds: 5, extension: 3_600_000, tax_basis: "net" },
    currencies: ["KRW"], delivery: { place: { country: "KR", locality: "Incheon" }, window: { from: "2026-11-24T00:00:00Z", until: "2026-11-28T09:00:00Z" } },
    incoterm: null, payment: "30 days", criteria: [], disclosure: "prices", attachments: [], lots: [],
    lines: [line(1, "Chair", "12"), line(2, "Stool", "4")], stamps: [],
    ...change,
  };
}

/** A firm bid on it: so much a piece, and freight. */
export function bidFor(prices: readonly (string | null)[] = ["745", "300"], freight = "100", change: Partial<Bid> = {}): Bid {
  const currency = "KRW";
  const asked = rfpFor().lines;
  const lines = prices.map((price, i) => {
    const quantity = asked[i]?.quantity ?? { value: "1", unit: "H87" };
    const amount = lineAmount(quantity.value, price ?? "0", "1", currency) ?? { amount: "0", currency };
    return { line: i + 1, offer: price === null ? ("no_quote" as const) : ("quoted" as const), description: "", quantity, price: { price: price ?? "0", base_quantity: "1" }, amount, lead_time_days: 3 };
  });
  const charges = freight ? [{ kind: "freight" as const, description: "", amount: { amount: freight, currency } }] : [];
  return {
    rfp: "r", revision: 1, quote_number: null, seller: { name: "Bob", place: { country: "KR", locality: "Bucheon" } }, currency, tax_basis: "net",
    lines, charges, taxes: [], total: sum([...lines.filter((line) => line.offer === "quoted").map((line) => line.amount), ...charges.map((one) => one.amount)], currency),
    delivery: null, incoterm: null, payment: null, deviations: [], answers: [], urls: [], attachments: [], valid_until: "2026-11-27T07:00:00Z",
    commitment: { kind: "firm", until: "2026-11-27T07:00:00Z" }, all_or_nothing: false, disclosure: "prices",
    ...change,
  };
}

/** Days of tests are those of UTC. */
export const utcDay = (moment: string): string => moment.slice(0, 10);
export const utcEnd = (date: string): string => `${date}T18:00:00.000Z`;
