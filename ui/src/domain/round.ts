import type { RfpView } from "../bindings/RfpView";

/** Until when last bids are taken, while they are: no order is placed before then. */
export function callOpen(rfp: Pick<RfpView, "last_round">, now: number): string | null {
  const until = rfp.last_round?.deadline;
  return until !== undefined && Date.parse(until) > now ? until : null;
}
