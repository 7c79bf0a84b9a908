import type { Profile } from "../../bindings/Profile";
import type { Locale } from "../../domain/money";

/** The country of this computer's language, as in `en-GB`; where that says none, one where the language is spoken. */
function countryOf(locale: Locale): string {
  if (locale === "ko") return "KR";
  return /-([A-Z]{2})$/.exec(navigator.language)?.[1] ?? "DE";
}

/** A profile to begin with: a buyer. */
export function emptyProfile(locale: Locale): Profile {
  return {
    name: "",
    roles: { buys: true, sells: false },
    place: { country: countryOf(locale), locality: "" },
    categories: [],
    words: "",
    currencies: [],
    languages: [],
    disclosure: "prices",
  };
}

/** What still lacks before it can be signed. */
export function isComplete(profile: Profile): boolean {
  const sells = !profile.roles.sells || profile.categories.length > 0 || profile.words.trim() !== "";
  return profile.name.trim() !== "" && profile.place.locality.trim() !== "" && sells;
}
