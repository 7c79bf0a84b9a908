/** Formats that are kept: making one costs more than a hundred uses, and a peer that names many currencies fills no memory. */
const KEPT = 200;

function kept<F, O>(make: (tag: string, options: O) => F): (tag: string, options: O) => F {
  const known = new Map<string, F>();
  return (tag, options) => {
    const key = `${tag} ${JSON.stringify(options)}`;
    const found = known.get(key);
    if (found) return found;
    if (known.size >= KEPT) known.clear();
    const made = make(tag, options);
    known.set(key, made);
    return made;
  };
}

/** How numbers are written in a language. */
export const numberFormat = kept((tag: string, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options));

/** How moments are written in a language. */
export const dateFormat = kept((tag: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options));
