import type { Rfp } from "../bindings/Rfp";
import { newDraft, type Draft, type DraftCriterion, type DraftMeasure } from "./draft";

const MEASURES: readonly DraftMeasure[] = ["total", "lead_time_days", "distance_km", "assessment"];
const isOurs = (measure: string): measure is DraftMeasure => MEASURES.some((one) => one === measure);
/** Milliseconds of a day. */
const DAY = 86_400_000;

/** A draft that asks for the same again, with moments from now on; criteria that this editor does not know are left out. */
export function repeat(rfp: Rfp, now: number): Draft {
  const fresh = newDraft(now, { ...rfp.delivery.place }, rfp.currencies[0] ?? "EUR");
  const criteria = rfp.criteria.flatMap((one): DraftCriterion[] =>
    isOurs(one.measure) ? [{ measure: one.measure, ...(one.measure === "assessment" ? { name: one.name } : {}), weight: Number(one.weight), best: one.best, worst: one.worst }] : [],
  );
  const whole = criteria.reduce((so, one) => so + one.weight, 0) === 100 && criteria.every((one) => Number.isInteger(one.weight));
  return {
    ...fresh,
    title: rfp.title,
    description: rfp.description,
    lines: rfp.lines.map((line) => {
      const category = line.categories[0];
      return { name: line.name, category: category ? `${category.scheme} ${category.code}` : "", quantity: line.quantity.value, unit: line.quantity.unit };
    }),
    incoterm: rfp.incoterm?.rule.toUpperCase() ?? fresh.incoterm,
    payment: rfp.payment ?? "",
    validity: Math.max(1, Math.round(rfp.rules.validity / DAY)),
    commitment: rfp.rules.commitment,
    partial: rfp.rules.partial,
    tax: rfp.rules.tax_basis,
    criteria: whole ? [...criteria, ...fresh.criteria.filter((one) => !criteria.some((own) => own.measure === one.measure)).map((one) => ({ ...one, weight: 0 }))] : fresh.criteria,
    disclosure: rfp.disclosure,
    attachments: [...rfp.attachments],
  };
}

/** A form that was kept, as a draft: what it lacks is as in a new one, and moments that have passed are set anew. */
export function reopen(form: unknown, fresh: Draft, now: number): Draft {
  if (typeof form !== "object" || form === null) return fresh;
  const draft = { ...fresh, ...(form as Partial<Draft>) };
  if (!Array.isArray(draft.lines) || !Array.isArray(draft.criteria)) return fresh;
  const late = !(Date.parse(draft.deadline) > now);
  return late ? { ...draft, deadline: fresh.deadline, from: fresh.from, until: fresh.until } : draft;
}
