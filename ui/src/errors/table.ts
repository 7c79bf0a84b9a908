import type { Failure } from "../backend/client";
import { m } from "../paraglide/messages";

/** What a person reads when something is refused. */
export interface ErrorWords {
  title: string;
  /** What to do. */
  action: string;
  severity: "warning" | "error";
  /** Whether the program's own words add something that a person can use. */
  detail: boolean;
}

type Row = [title: () => string, action: () => string, severity: ErrorWords["severity"], detail: boolean];

const CODES: Record<Failure, Row> = {
  offline: [m.err_offline, m.err_offline_do, "error", false],
  invalid_params: [m.err_invalid, m.err_invalid_do, "error", true],
  invalid_document: [m.err_document, m.err_document_do, "error", true],
  rejected: [m.err_rejected, m.err_rejected_do, "warning", true],
  not_found: [m.err_not_found, m.err_not_found_do, "warning", false],
  no_profile: [m.err_no_profile, m.err_no_profile_do, "warning", false],
  no_sellers: [m.err_no_sellers, m.err_no_sellers_do, "warning", false],
  too_many_sellers: [m.err_too_many, m.err_too_many_do, "warning", false],
  clock_skew: [m.err_clock, m.err_clock_do, "warning", false],
  held: [m.err_held, m.err_held_do, "warning", false],
  unknown_method: [m.err_version, m.err_version_do, "error", false],
  method_not_allowed: [m.err_version, m.err_version_do, "error", false],
  unauthorized: [m.err_token, m.err_token_do, "error", false],
  forbidden: [m.err_token, m.err_token_do, "error", false],
  too_large: [m.err_large, m.err_large_do, "error", false],
  unavailable: [m.err_unavailable, m.err_unavailable_do, "error", false],
  stopped: [m.err_stopped, m.err_stopped_do, "error", false],
  internal: [m.err_internal, m.err_internal_do, "error", false],
};

/** Reasons of trade that have words of their own; the others are told by the code and the program's own words. */
const REASONS: Readonly<Record<string, () => string>> = {
  late: m.reason_late,
  stale: m.reason_stale,
  expired: m.reason_expired,
  "already-awarded": m.reason_already_awarded,
  "firm-commitment": m.reason_firm,
  "quantity-exceeded": m.reason_quantity,
  "sum-mismatch": m.reason_sum,
  "clock-skew": m.reason_clock,
  "rate-limited": m.reason_rate,
  blocked: m.reason_blocked,
};

/** The words for a registered reason; nothing where it has none of its own. */
export function reasonWords(reason: string): string | null {
  const name = reason.replaceAll("_", "-");
  return name === "not-allowed" ? m.err_rejected() : (REASONS[name]?.() ?? null);
}

/** The words for a code, and for the reason where a rule of trade refuses. */
export function errorWords(code: Failure, reason: string | null = null): ErrorWords {
  const table: Readonly<Record<string, Row>> = CODES;
  const [title, action, severity, detail] = table[code] ?? CODES.internal;
  const own = reason === null ? undefined : REASONS[reason.replaceAll("_", "-")];
  return own ? { title: own(), action: action(), severity, detail: false } : { title: title(), action: action(), severity, detail };
}
