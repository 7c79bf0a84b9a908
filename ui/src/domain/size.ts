import { numberFormat } from "./formats";
import { TAG, type Locale } from "./money";

const UNITS = ["byte", "kilobyte", "megabyte"] as const;

/** `412 kB`: the size of a file in the unit in which people say it, by thousands (IEC 80000-13). */
export function formatSize(bytes: number, locale: Locale): string {
  const step = bytes < 1000 ? 0 : bytes < 999_500 ? 1 : 2;
  const shown = bytes / 1000 ** step;
  return numberFormat(TAG[locale], { style: "unit", unit: UNITS[step] ?? "byte", unitDisplay: "short", maximumFractionDigits: step === 2 ? 1 : 0 }).format(shown);
}
