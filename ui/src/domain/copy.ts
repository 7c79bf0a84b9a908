import type { Bid } from "../bindings/Bid";
import type { Rfp } from "../bindings/Rfp";

const bare = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** The line of an earlier request that is the same goods: by name, else by its first category and unit. */
export function sameLine(earlier: Rfp, line: Rfp["lines"][number]): number | null {
  const byName = earlier.lines.find((own) => bare(own.name) === bare(line.name));
  if (byName) return byName.number;
  const [wanted] = line.categories;
  const byCode = wanted && earlier.lines.find((own) => own.quantity.unit === line.quantity.unit && own.categories.some((one) => one.scheme === wanted.scheme && one.code === wanted.code));
  return byCode ? byCode.number : null;
}

/** An earlier bid with its lines named as in this request: what it priced then, it prices now. */
export function asHere(earlier: { rfp: Rfp; bid: Bid }, rfp: Rfp): Bid {
  const lines = rfp.lines.flatMap((line) => {
    const number = sameLine(earlier.rfp, line);
    const own = earlier.bid.lines.find((offer) => offer.line === number && offer.offer !== "no_quote");
    return own ? [{ ...own, line: line.number, quantity: line.quantity }] : [];
  });
  return { ...earlier.bid, lines, deviations: [] };
}
