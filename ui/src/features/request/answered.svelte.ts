const KEY = "opener.answered";
/** Questions that are remembered: the oldest are forgotten first. */
const MOST = 2000;

/** Which questions were answered in other words: the answer does not say whose it is, so this computer remembers. */
class Answered {
  #known = $state.raw<readonly string[]>([]);

  constructor() {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      if (Array.isArray(kept)) this.#known = kept.filter((one): one is string => typeof one === "string");
    } catch {
      this.#known = [];
    }
  }

  of(deal: string): ReadonlySet<string> {
    const prefix = `${deal}/`;
    return new Set(this.#known.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)));
  }

  add(deal: string, question: string): void {
    this.#known = [...this.#known, `${deal}/${question}`].slice(-MOST);
    localStorage.setItem(KEY, JSON.stringify(this.#known));
  }
}

export const answered = new Answered();
