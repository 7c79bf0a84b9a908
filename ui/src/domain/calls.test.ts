import { expect, test } from "vitest";
import type { CallEndReason } from "../bindings/CallEndReason";
import type { HistoryView } from "../bindings/HistoryView";
import { calledBefore, goodness, outcomeOf, pathOf, spanClock, withCalls } from "./calls";

const quality = (estimate_bps: number, lost_permille = 0) => ({ estimate_bps, lost_permille, sent_bps: 0, received_bps: 0, pictures: 0 });
const document = (name: string, more: Partial<HistoryView> = {}): HistoryView =>
  ({ document: name, kind: "chat", from: "p", to: null, at: "2026-11-20T03:14:00Z", mine: false, void: null, receipts: 0, text: null, said: null, ...more });
const offer = (name: string, more: Partial<HistoryView> = {}) => document(name, { kind: "call_offer", ...more });
const end = (name: string, call: string, reason: CallEndReason = "hung_up") =>
  document(name, { kind: "call_end", said: { kind: "call_end", call, reason, ended_at: "2026-11-20T03:31:00Z" } });

test("a connection is as good as its narrowest, lossiest or slowest part", () => {
  expect(goodness(null, 0)).toBeNull();
  expect(goodness(quality(0), 40)).toBe("good");
  expect(goodness(quality(900_000), 40)).toBe("good");
  expect(goodness(quality(400_000), 40)).toBe("fair");
  expect(goodness(quality(900_000, 30), 40)).toBe("fair");
  expect(goodness(quality(900_000), 300)).toBe("fair");
  expect(goodness(quality(100_000), 40)).toBe("poor");
  expect(goodness(quality(900_000, 90), 40)).toBe("poor");
});

test("time counts like a clock", () => {
  expect([-5, 0, 252_900, 3_852_000].map(spanClock)).toEqual(["00:00", "00:00", "04:12", "1:04:12"]);
});

test("a call is found in its dialogue from both sides", () => {
  expect(pathOf({ deal: "d", seller: "s", with: "s" })).toBe("/deals/d/s");
  expect(pathOf({ deal: "d", seller: "s", with: "b" })).toBe("/deals/d");
});

test("the end of a call reads as its side sees it", () => {
  const of = (reason: CallEndReason, mine: boolean) => outcomeOf({ reason }, mine);
  expect([of("no_answer", true), of("no_answer", false), of("cancelled", true), of("cancelled", false)]).toEqual(["no_answer", "missed", "cancelled", "missed"]);
  expect([of("declined", true), of("declined", false), of("busy", true), of("busy", false)]).toEqual(["declined_by_me", "declined", "busy_here", "busy"]);
  expect([of("crossed", true), of("peer_gone", true), of("failed", false), of("fingerprint_mismatch", false)]).toEqual(["crossed", "failed", "failed", "failed"]);
  expect(outcomeOf({ reason: "peer_gone", connected_at: "2026-11-20T03:14:00Z" }, false)).toBe("took_place");
});

test("that nobody answered reads as whose call it was, whoever said so first", () => {
  const ours = [offer("o1", { mine: true }), end("e1", "c1", "no_answer")];
  const theirs = [offer("o1", { mine: true }), end("e0", "c0"), offer("o2"), end("e1", "c1", "no_answer")];
  const read = (documents: HistoryView[], mine: boolean) => outcomeOf({ reason: "no_answer" }, mine, calledBefore(documents, "e1"));
  expect([read(ours, true), read(ours, false)]).toEqual(["no_answer", "no_answer"]);
  expect([read(theirs, true), read(theirs, false)]).toEqual(["missed", "missed"]);
  expect(read([end("e1", "c1", "no_answer")], false)).toBe("missed");
});

test("a call is one card in the talk: while it runs its offer, afterwards its end, once", () => {
  const names = (documents: HistoryView[]) => withCalls(documents).map((one) => one.document);
  expect(names([document("hi"), offer("o1")])).toEqual(["hi", "o1"]);
  expect(names([offer("o1"), end("e1", "c1"), end("e2", "c1"), document("bye")])).toEqual(["e1", "bye"]);
  expect(names([offer("o1"), end("e1", "c1"), offer("o2")])).toEqual(["e1", "o2"]);
  expect(names([offer("o1"), offer("o2"), end("e1", "c1", "crossed")])).toEqual(["o2"]);
  expect(names([offer("o1"), offer("o2", { void: "rate-limited" }), end("e1", "c1")])).toEqual(["e1"]);
});
