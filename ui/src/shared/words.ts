import type { ChargeKind } from "../bindings/ChargeKind";
import type { Commitment } from "../bindings/Commitment";
import type { CommitmentKind } from "../bindings/CommitmentKind";
import type { DealState } from "../bindings/DealState";
import type { DeclineReason } from "../bindings/DeclineReason";
import type { DeliveryStage } from "../bindings/DeliveryStage";
import type { DeliveryWay } from "../bindings/DeliveryWay";
import type { Incoterm } from "../bindings/Incoterm";
import type { Measure } from "../bindings/Measure";
import type { Obstacle } from "../bindings/Obstacle";
import type { Quantity } from "../bindings/Quantity";
import type { Place } from "../bindings/Place";
import type { TaxBasis } from "../bindings/TaxBasis";
import type { Reachability } from "../bindings/Reachability";
import type { Role } from "../bindings/Role";
import { ofHundred } from "../domain/compare";
import { numberFormat } from "../domain/formats";
import { formatNumber, TAG } from "../domain/money";
import { lineText } from "../domain/peertext";
import { formatClock, formatDay, nearDay } from "../domain/time";
import { unitSign } from "../domain/units";
import { m } from "../paraglide/messages";
import { clock } from "./clock.svelte";
import { settings } from "./settings.svelte";

/** How a state is coloured; the word says it too. */
export type Tone = "ok" | "warn" | "bad" | "plain";

const STATES: Record<DealState, [word: () => string, tone: Tone]> = {
  issued: [m.st_issued, "plain"],
  collecting: [m.st_collecting, "plain"],
  closed: [m.st_closed, "warn"],
  evaluating: [m.st_evaluating, "warn"],
  awarding: [m.st_awarding, "plain"],
  awarded: [m.st_awarded, "ok"],
  partly_awarded: [m.st_partly_awarded, "ok"],
  no_award: [m.st_no_award, "plain"],
  cancelled: [m.st_cancelled, "plain"],
  expired: [m.st_expired, "plain"],
  invited: [m.st_invited, "plain"],
  delivered: [m.st_delivered, "plain"],
  engaged: [m.st_engaged, "plain"],
  bid_standing: [m.st_bid_standing, "ok"],
  bid_late: [m.st_bid_late, "warn"],
  needs_reconfirm: [m.st_needs_reconfirm, "warn"],
  countered_by_buyer: [m.st_countered_by_buyer, "warn"],
  countered_by_seller: [m.st_countered_by_seller, "warn"],
  ordered: [m.st_ordered, "warn"],
  answered: [m.st_answered, "plain"],
  conditional: [m.st_conditional, "warn"],
  concluded: [m.st_concluded, "ok"],
  reported: [m.st_reported, "ok"],
  declined: [m.st_declined, "plain"],
  withdrawn: [m.st_withdrawn, "plain"],
  refused: [m.st_refused, "bad"],
  not_chosen: [m.st_not_chosen, "plain"],
  lapsed_undelivered: [m.st_lapsed_undelivered, "bad"],
  lapsed_silent: [m.st_lapsed_silent, "plain"],
  lapsed_expired: [m.st_lapsed_expired, "plain"],
  lapsed_unanswered: [m.st_lapsed_unanswered, "bad"],
  released: [m.st_released, "bad"],
};

/** What a code is called; a peer newer than this page may know codes that it does not. */
function known(table: Readonly<Record<string, [word: () => string, tone: Tone]>>, code: string): [word: () => string, tone: Tone] {
  return table[code] ?? [m.kind_unknown, "plain"];
}

/** Where a deal or dialogue stands, as the side that looks at it would say it. */
export function stateWord(state: DealState, role: Role): string {
  if (state === `countered_by_${role}`) return m.st_counter_own();
  if (role === "seller") {
    if (state === "delivered") return m.st_delivered_seller();
    if (state === "engaged") return m.st_engaged_seller();
    if (state === "bid_standing") return m.st_bid_standing_seller();
    if (state === "needs_reconfirm") return m.st_needs_reconfirm_seller();
    if (state === "ordered") return m.st_ordered_seller();
    if (state === "declined") return m.st_declined_seller();
  }
  return known(STATES, state)[0]();
}

export function stateTone(state: DealState): Tone {
  return known(STATES, state)[1];
}

const STAGES: Record<DeliveryStage, [word: () => string, tone: Tone]> = {
  queued: [m.stage_queued, "warn"],
  sent: [m.stage_sent, "warn"],
  received: [m.stage_received, "plain"],
  read: [m.stage_read, "plain"],
  answered: [m.stage_answered, "ok"],
  refused: [m.stage_refused, "bad"],
  expired: [m.stage_expired, "bad"],
};

export const stageWord = (stage: DeliveryStage): string => known(STAGES, stage)[0]();
const WAYS: Record<DeliveryWay, () => string> = { direct: m.way_direct, relay: m.way_relay };
export const wayWord = (way: DeliveryWay): string => WAYS[way]();

const REACHES: Record<Reachability, () => string> = {
  here: m.reach_here,
  own_network: m.reach_own_network,
  relay: m.reach_relay,
  direct: m.reach_direct,
};
export const reachWord = (reach: Reachability): string => REACHES[reach]();

export const stageTone = (stage: DeliveryStage): Tone => known(STAGES, stage)[1];

const CHARGES: Record<ChargeKind, () => string> = {
  freight: m.charge_freight,
  packing: m.charge_packing,
  insurance: m.charge_insurance,
  handling: m.charge_handling,
  installation: m.charge_installation,
  other: m.charge_other,
};
export const chargeWord = (kind: ChargeKind): string => CHARGES[kind]();

export const DECLINES: readonly DeclineReason[] = ["not_my_goods", "no_stock", "too_far", "too_soon", "too_small", "terms", "other"];
const DECLINE_WORDS: Record<DeclineReason, () => string> = {
  not_my_goods: m.decline_not_my_goods,
  no_stock: m.decline_no_stock,
  too_far: m.decline_too_far,
  too_soon: m.decline_too_soon,
  too_small: m.decline_too_small,
  terms: m.decline_terms,
  other: m.decline_other,
};
/** Why a seller declined; a reason that this page does not know is another one. */
export const declineWord = (reason: DeclineReason): string => (Object.hasOwn(DECLINE_WORDS, reason) ? DECLINE_WORDS[reason]() : m.decline_other());

const BINDS: Record<CommitmentKind, [word: () => string, tone: Tone]> = {
  firm: [m.bind_firm, "ok"],
  revocable: [m.bind_revocable, "warn"],
  indicative: [m.bind_indicative, "warn"],
};
export const bindWord = (kind: CommitmentKind): string => BINDS[kind][0]();
export const bindTone = (kind: CommitmentKind): Tone => BINDS[kind][1];

/** Until when somebody is bound, as a time bar wants it: nothing bound where it may be withdrawn. */
export const boundUntil = (commitment: Commitment): string | null => (commitment.kind === "firm" ? commitment.until : null);

const TAXES: Record<TaxBasis, () => string> = { net: m.tax_net, gross: m.tax_gross, unstated: m.tax_unstated };
export const taxWord = (basis: TaxBasis): string => TAXES[basis]();

const MEASURES: Record<Measure, () => string> = {
  total: m.measure_total,
  lead_time_days: m.measure_lead,
  distance_km: m.measure_distance,
  answer: m.measure_answer,
  assessment: m.measure_assessment,
};
export const measureWord = (measure: Measure): string => MEASURES[measure]();

/** Why a bid is not ranked. */
export function obstacleWord(obstacle: Obstacle): string {
  const list = (lines: number[]) => lines.join(", ");
  switch (obstacle.kind) {
    case "not_standing": return m.obst_not_standing();
    case "late": return m.obst_late();
    case "excluded": return m.obst_excluded({ reason: obstacle.reason });
    case "no_offer": return m.obst_no_offer();
    case "whole_only": return m.obst_whole_only();
    case "currency": return m.obst_currency({ offered: obstacle.offered, wanted: obstacle.wanted });
    case "unit": return m.obst_unit({ line: obstacle.line, offered: obstacle.offered, asked: obstacle.asked });
    case "not_asked": return m.obst_not_asked({ line: obstacle.line });
    case "tax_basis": return m.obst_tax({ offered: taxWord(obstacle.offered), wanted: taxWord(obstacle.wanted) });
    case "too_large": return m.obst_too_large();
    case "incomplete":
    case "partial": return m.obst_missing({ lines: list([...obstacle.missing, ...obstacle.short]) });
    case "knocked_out": return m.obst_knocked({ criterion: obstacle.criterion, value: obstacle.value, worst: obstacle.worst });
    case "unanswered": return m.obst_unanswered({ criterion: obstacle.criterion });
    default: return m.kind_unknown();
  }
}

/** `today 16:00`, `Fri 20 Nov 14:00`. */
export function momentWords(moment: string): string {
  const at = Date.parse(moment);
  return `${dayWords(moment)} ${formatClock(at, settings.locale)}`;
}

/** `today`, `Fri 20 Nov`. */
export function dayWords(moment: string): string {
  const at = Date.parse(moment);
  const near = nearDay(at, clock.now);
  if (near === "today") return m.today();
  if (near === "tomorrow") return m.tomorrow();
  return near === "yesterday" ? m.yesterday() : formatDay(at, settings.locale);
}

/** A moment of the past or future in few letters, for lists. */
export function shortMoment(moment: string): string {
  const near = nearDay(Date.parse(moment), clock.now);
  return near === "today" ? formatClock(Date.parse(moment), settings.locale) : dayWords(moment);
}

/** `3 days`; nothing known is a dash. */
export const daysWords = (days: number | null | undefined): string => (days === null || days === undefined ? "–" : m.days_n({ n: days }));

/** Letters of a place in a sentence. */
const PLACE = 80;
export const placeWords = (place: Place): string => lineText(place.locality, PLACE) || countryWord(place.country);

export function countryWord(code: string): string {
  try {
    return new Intl.DisplayNames(settings.locale, { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

export const incotermWords = (incoterm: Incoterm | null): string => (incoterm ? `${incoterm.rule.toUpperCase()} ${lineText(incoterm.place, PLACE)}` : "–");

/** A share or points of the api, 0 to 1, as points of 100: `66.0`. */
export function pointsWords(points: string): string {
  const format = numberFormat(TAG[settings.locale], { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return format.format(ofHundred(points) as `${number}`);
}

/** `24 pcs`, `24개`: no gap before a Korean unit. */
export function quantityWords(quantity: Quantity): string {
  const unit = unitSign(quantity.unit, settings.locale);
  return `${numberWords(quantity.value)}${/^[가-힣]/.test(unit) ? "" : "\u00a0"}${unit}`;
}

/** A number as people of this language write it. */
export const numberWords = (text: string | number): string => formatNumber(String(text), settings.locale);
