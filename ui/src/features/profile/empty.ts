import type { Profile } from "../../bindings/Profile";
import type { Locale } from "../../domain/money";

/** A profile to begin with: a buyer where this language is spoken. */
export function emptyProfile(locale: Locale): Profile {
  return {
    name: "",
    roles: { buys: true, sells: false },
    place: { country: locale === "ko" ? "KR" : "DE", locality: "" },
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
