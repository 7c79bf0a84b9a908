// A large life from a small one: real answers of a real peer, repeated until there are ten thousand deals and five hundred
// bids on three hundred and thirty lines.
import { ask } from "./market.mjs";

const id = (n, letters) => n.toString(16).padStart(letters, "0");

/** What a peer with so many deals, and a request with so many bids and lines, would answer: `(method, params) => text`. */
export async function large(peer, deal, { deals = 10_000, bids = 500, lines = 330 } = {}) {
  const [rows, shown, rfp, ranking] = await Promise.all(
    [["deal.list", {}], ["deal.show", { deal }], ["rfp.show", { deal }], ["ranking.show", { deal }]].map(([method, params]) => ask(peer, method, params)),
  );
  const dialogue = shown.dialogues.find((one) => one.bids.length > 0);
  const { row, content } = { row: dialogue.bids[0], ...(await ask(peer, "bid.show", { deal, bid: dialogue.bids[0].bid })) };
  const many = Array.from({ length: deals }, (_, i) => ({ ...rows[i % rows.length], deal: i === 0 ? deal : id(i, 32), title: `${rows[i % rows.length].title} · ${i}` }));
  const asked = Array.from({ length: lines }, (_, i) => ({ ...rfp.content.lines[0], number: i + 1, name: `${rfp.content.lines[0].name} ${i + 1}` }));
  const offers = asked.map((line) => ({ ...content.lines[0], line: line.number }));
  const sellers = Array.from({ length: bids }, (_, i) => ({ seller: `12D3KooW${id(i, 44)}`, name: `${row.seller_name} ${i + 1}`, bid: id(i + 1, 64) }));
  const rowOf = (one) => ({ ...row, deal, bid: one.bid, seller: one.seller, seller_name: one.name });
  const answers = {
    "deal.show": { ...shown, lines, dialogues: sellers.map((one) => ({ ...dialogue, seller: one.seller, seller_name: one.name, bids: [rowOf(one)] })) },
    "rfp.show": { ...rfp, invited: bids, content: { ...rfp.content, lines: asked } },
    "ranking.show": { ...ranking, ranked: sellers.map((one, i) => ({ ...ranking.ranked[0], rank: i + 1, bid: one.bid, seller: one.seller, seller_name: one.name })) },
  };
  const texts = Object.fromEntries(Object.entries(answers).map(([method, answer]) => [method, JSON.stringify({ ok: answer })]));
  const page = ({ after, limit = 100, over, role }) => {
    const from = after === undefined ? 0 : many.findIndex((one) => one.deal === after) + 1;
    const fits = (one) => (over === undefined || one.over === over) && (role === undefined || one.role === role);
    return many.slice(from).filter(fits).slice(0, limit);
  };
  const bidTexts = new Map(sellers.map((one) => [one.bid, JSON.stringify({ ok: { row: rowOf(one), content: { ...content, lines: offers }, findings: [] } })]));
  return (method, params) => {
    if (method === "deal.list") return JSON.stringify({ ok: page(params) });
    if (method === "bid.show") return bidTexts.get(params.bid);
    return params?.deal === deal ? texts[method] : undefined;
  };
}
