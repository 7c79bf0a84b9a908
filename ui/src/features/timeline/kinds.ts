import { m } from "../../paraglide/messages";

const KINDS: Readonly<Record<string, () => string>> = {
  rfp: m.kind_rfp,
  "rfp-cancel": m.kind_rfp_cancel,
  intent: m.kind_intent,
  decline: m.kind_decline,
  bid: m.kind_bid,
  "bid-withdraw": m.kind_bid_withdraw,
  order: m.kind_order,
  "order-response": m.kind_order_response,
  "not-chosen": m.kind_not_chosen,
  "final-terms": m.kind_final_terms,
  lapse: m.kind_lapse,
  "order-change": m.kind_order_change,
  "order-cancel": m.kind_order_cancel,
  "amendment-refuse": m.kind_amendment_refuse,
  release: m.kind_release,
  "best-and-final": m.kind_best_and_final,
  "time-proof": m.kind_time_proof,
  question: m.kind_question,
  answer: m.kind_answer,
  counter: m.kind_counter,
  "counter-accept": m.kind_counter_accept,
  "counter-refuse": m.kind_counter_refuse,
  "extend-request": m.kind_extend_request,
  "extend-grant": m.kind_extend_grant,
  "extend-refuse": m.kind_extend_refuse,
  hold: m.kind_hold,
  "call-offer": m.kind_call,
  "call-end": m.kind_call,
};

/** What a kind of document is called; a kind that a newer version wrote says so. */
export function kindWord(kind: string): string {
  return (KINDS[kind.replaceAll("_", "-")] ?? m.kind_unknown)();
}
