import { overwriteGetLocale } from "../paraglide/runtime";
import type { Locale } from "../domain/money";

export type Theme = "system" | "light" | "dark";

const KEY = "opener.settings";

interface Kept {
  locale: Locale;
  theme: Theme;
}

function initial(): Kept {
  const guessed: Kept = { locale: navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en", theme: "system" };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Kept>;
    return { ...guessed, ...kept };
  } catch {
    return guessed;
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");

class Settings {
  locale = $state<Locale>("en");
  theme = $state<Theme>("system");

  constructor() {
    const kept = initial();
    this.locale = kept.locale;
    this.theme = kept.theme;
    overwriteGetLocale(() => this.locale);
    dark.addEventListener("change", () => this.#show());
    this.#show();
  }

  setLocale(locale: Locale): void {
    this.locale = locale;
    this.#keep();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#keep();
  }

  #keep(): void {
    localStorage.setItem(KEY, JSON.stringify({ locale: this.locale, theme: this.theme }));
    this.#show();
  }

  #show(): void {
    const root = document.documentElement;
    root.lang = this.locale;
    root.dataset["theme"] = this.theme === "system" ? (dark.matches ? "dark" : "light") : this.theme;
  }
}

/** Language and theme of this window. */
export const settings = new Settings();
