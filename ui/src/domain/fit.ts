import type { Profile } from "../bindings/Profile";
import type { Rfp } from "../bindings/Rfp";

const tokens = (text: string): string[] => text.normalize("NFKC").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1);

/** What of my listing a request asks for: the words of mine that it uses, or the categories of mine that hold its lines. */
export function fits(profile: Profile, rfp: Rfp): string[] {
  const asked = new Set(tokens([rfp.title, ...rfp.lines.map((line) => `${line.name} ${line.description}`)].join(" ")));
  const words = [...new Set(tokens(profile.words))].filter((word) => asked.has(word));
  if (words.length) return words.slice(0, 4);
  const codes = rfp.lines.flatMap((line) => line.categories);
  const held = profile.categories.filter((own) => codes.some((one) => one.scheme === own.scheme && one.code.startsWith(own.code)));
  return held.slice(0, 2).map((one) => `${one.scheme} ${one.code}`);
}
