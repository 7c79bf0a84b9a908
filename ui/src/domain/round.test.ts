import { expect, test } from "vitest";
import { callOpen } from "./round";

test("an order waits while last bids are taken", () => {
  const [deadline, now] = ["2026-11-20T10:00:00Z", Date.parse("2026-11-20T10:00:00Z")];
  const last_round = { sellers: [], deadline, award_by: deadline };
  expect([callOpen({ last_round: null }, now), callOpen({ last_round }, now - 1), callOpen({ last_round }, now)]).toEqual([null, deadline, null]);
});
