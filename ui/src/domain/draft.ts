import type { Attachment } from "../bindings/Attachment";
import type { CommitmentKind } from "../bindings/CommitmentKind";
import type { Disclosure } from "../bindings/Disclosure";
import type { Place } from "../bindings/Place";
import type { TaxBasis } from "../bindings/TaxBasis";
import { readCategory } from "./cpv";
import { compareDecimals, multiply, parseDecimal, tidyText } from "./decimal";
import { fullHour } from "./time";
import { WHOLE } from "./weights";

export interface DraftLine {
  name: string;
  category: string;
  quantity: string;
  unit: string;
}

/** What is measured without asking anybody. */
export type Measured = "total" | "lead_time_days" | "distance_km";
/** What a criterion of a draft goes by: a measure, or the buyer's own judgement. */
export type DraftMeasure = Measured | "assessment";

export interface DraftCriterion {
  measure: DraftMeasure;
  /** What is judged, in the buyer's words; measures have names of their own. */
  name?: string;
  weight: number;
  best: string;
  worst: string;
}

/** A request while it is written. Moments are ISO 8601. */
export interface Draft {
  title: string;
  description: string;
  lines: DraftLine[];
  place: Place;
  from: string;
  until: string;
  incoterm: string;
  payment: string;
  currency: string;
  deadline: string;
  /** Days that bids should stay valid after the deadline. */
  validity: number;
  commitment: CommitmentKind;
  partial: boolean;
  tax: TaxBasis;
  budget: string;
  criteria: DraftCriterion[];
  radius: number;
  disclosure: Disclosure;
  attachments: Attachment[];
}

/** What a request still lacks. */
export type Missing = "lines" | "quantity" | "title" | "place" | "window" | "deadline" | "weights" | "bounds" | "names" | "sellers";

const DAY = 24 * 3_600_000;
/** Criteria that the buyer judges, at most: each takes a person's look at every bid. */
export const MOST_JUDGED = 5;

/** Something that the buyer judges, by marks from 0 to 10. */
export const judged = (weight: number): DraftCriterion => ({ measure: "assessment", name: "", weight, best: "10", worst: "0" });

export const emptyLine = (): DraftLine => ({ name: "", category: "", quantity: "", unit: "H87" });

/** A request as most people begin it: bids for some hours, delivery within two weeks, price before time. */
export function newDraft(now: number, place: Place, currency: string): Draft {
  return {
    title: "",
    description: "",
    lines: [emptyLine()],
    place,
    from: new Date(fullHour(now, 48)).toISOString(),
    until: new Date(fullHour(now, 24 * 14)).toISOString(),
    incoterm: "DAP",
    payment: "",
    currency,
    deadline: new Date(fullHour(now, 4)).toISOString(),
    validity: 7,
    commitment: "firm",
    partial: true,
    tax: "net",
    budget: "",
    criteria: [
      { measure: "total", weight: 60, best: "", worst: "" },
      { measure: "lead_time_days", weight: 25, best: "1", worst: "30" },
      { measure: "distance_km", weight: 15, best: "0", worst: "500" },
    ],
    radius: 500,
    disclosure: "prices",
    attachments: [],
  };
}

/** Lines that say something. */
export function filled(draft: Draft): DraftLine[] {
  return draft.lines.filter((line) => line.name.trim() !== "");
}

/** The title, or what follows from the lines: the first line's name. */
export function titleOf(draft: Draft): string {
  return draft.title.trim() || (filled(draft)[0]?.name.trim() ?? "");
}

const isAbove = (text: string): boolean => {
  const value = parseDecimal(text);
  return value !== null && value.digits > 0n;
};

/** The bounds of a criterion; those of the price follow from the budget where they are left out. */
export function boundsOf(draft: Draft, criterion: DraftCriterion): { best: string; worst: string } {
  if (criterion.measure !== "total") return { best: criterion.best, worst: criterion.worst };
  const budget = parseDecimal(draft.budget);
  const twice = budget === null ? "" : tidyText(multiply(budget, { digits: 2n, scale: 0 }));
  return { best: criterion.best || (budget === null ? "" : "0"), worst: criterion.worst || twice };
}

function boundsFit(draft: Draft, criterion: DraftCriterion): boolean {
  const bounds = boundsOf(draft, criterion);
  const [best, worst] = [parseDecimal(bounds.best), parseDecimal(bounds.worst)];
  if (best === null || worst === null) return false;
  const order = compareDecimals(best, worst);
  return criterion.measure === "assessment" ? order !== 0 : order < 0;
}

/** The buyer's own names, each there and no two alike. */
function namesFit(draft: Draft): boolean {
  const own = draft.criteria.filter((one) => one.measure === "assessment" && one.weight > 0).map((one) => (one.name ?? "").trim());
  return own.every((name) => name !== "") && new Set(own).size === own.length;
}

/** Why it cannot be sent yet. */
export function missing(draft: Draft, now: number, sellers: number | null): Missing[] {
  const found: Missing[] = [];
  const lines = filled(draft);
  if (lines.length === 0) found.push("lines");
  if (lines.some((line) => !isAbove(line.quantity))) found.push("quantity");
  if (draft.place.country === "" || draft.place.locality.trim() === "") found.push("place");
  if (Date.parse(draft.until) <= Date.parse(draft.from) || Date.parse(draft.until) <= now) found.push("window");
  if (Date.parse(draft.deadline) <= now) found.push("deadline");
  if (draft.criteria.reduce((total, one) => total + one.weight, 0) !== WHOLE) found.push("weights");
  if (draft.criteria.some((one) => one.weight > 0 && !boundsFit(draft, one))) found.push("bounds");
  if (!namesFit(draft)) found.push("names");
  if (sellers === 0 && lines.length > 0) found.push("sellers");
  return found;
}

function degrees(e6: number): string {
  return tidyText({ digits: BigInt(Math.round(e6)), scale: 6 });
}

const plain = (text: string): string => {
  const value = parseDecimal(text);
  return value === null ? text : tidyText(value);
};

/** A place as requests are written, in degrees. */
function placeText(place: Place): Record<string, unknown> {
  const known = place.latitude_e6 !== undefined && place.longitude_e6 !== undefined;
  return {
    country: place.country,
    locality: place.locality,
    ...(known ? { latitude: degrees(place.latitude_e6 ?? 0), longitude: degrees(place.longitude_e6 ?? 0) } : {}),
  };
}

/** The request as the api reads it (`docs/rfp.schema.json`). `names` are the measures' names in the buyer's language. */
export function toRfp(draft: Draft, language: string, names: Record<Measured, string>): Record<string, unknown> {
  const deadline = Date.parse(draft.deadline);
  return {
    title: titleOf(draft),
    ...(draft.description.trim() ? { description: draft.description.trim() } : {}),
    language,
    deadline: draft.deadline,
    award_by: new Date(deadline + Math.min(draft.validity, 30) * DAY).toISOString(),
    rules: { commitment: draft.commitment, validity: `${draft.validity} days`, partial: draft.partial, tax: draft.tax },
    currencies: [draft.currency],
    delivery: { place: placeText(draft.place), from: draft.from, until: draft.until },
    incoterm: { rule: draft.incoterm, place: draft.place.locality },
    ...(draft.payment.trim() ? { payment: draft.payment.trim() } : {}),
    criteria: draft.criteria.filter((one) => one.weight > 0).map((one) => {
      const bounds = boundsOf(draft, one);
      return { name: one.measure === "assessment" ? (one.name ?? "").trim() : names[one.measure], measure: one.measure, weight: one.weight, best: plain(bounds.best), worst: plain(bounds.worst) };
    }),
    disclosure: draft.disclosure,
    ...(draft.attachments.length ? { attachments: draft.attachments } : {}),
    lines: filled(draft).map((line) => {
      const category = readCategory(line.category);
      return {
        name: line.name.trim(),
        quantity: { value: plain(line.quantity), unit: line.unit },
        ...(category ? { categories: [category] } : {}),
      };
    }),
  };
}
