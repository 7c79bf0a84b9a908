import { flushSync } from "svelte";
import { Offsets } from "../../domain/window";

/** Pixels of a column, of the column of labels, and the same on a narrow screen. */
const WIDE = { column: 190, label: 150 };
const SLIM = { column: 168, label: 104 };
/** Pixels from which a table counts as wide. */
const ENOUGH = 620;
/** Pixels of a line of text, and of what stands around a row. */
const [LINE, AROUND] = [19.5, 19];
/** Columns and rows drawn beyond what is in sight, for quick scrolling. */
const [MORE_COLUMNS, MORE_ROWS] = [2, 6];
/** Columns that fit a sheet of paper: the best come first. */
const PRINTED = 5;

/** Which part of a large table is in sight: with five hundred bids of three hundred lines only that is drawn. */
export class Grid {
  #left = $state(0);
  #top = $state(0);
  #width = $state(800);
  #height = $state(700);
  #printing = $state(false);
  readonly #columns: () => number;
  readonly #offsets: Offsets;

  /** How many columns there are, and how many lines of text each row has. */
  constructor(columns: () => number, rows: () => readonly number[]) {
    this.#columns = columns;
    this.#offsets = $derived(new Offsets(rows().map((lines) => lines * LINE + AROUND)));
  }

  /** Follows the box that scrolls. */
  watch = (box: HTMLElement): (() => void) => {
    const look = () => {
      [this.#left, this.#top] = [box.scrollLeft, box.scrollTop];
      [this.#width, this.#height] = [box.clientWidth, box.clientHeight];
    };
    const print = (on: boolean) => () => flushSync(() => (this.#printing = on));
    const [before, after] = [print(true), print(false)];
    const sizes = new ResizeObserver(look);
    look();
    sizes.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      sizes.disconnect();
      box.removeEventListener("scroll", look);
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  };

  get #sizes(): typeof WIDE {
    return this.#width < ENOUGH ? SLIM : WIDE;
  }
  get label(): number {
    return this.#sizes.label;
  }
  /** Columns share the room that there is. */
  get column(): number {
    return Math.max(this.#sizes.column, Math.floor((this.#width - this.label) / Math.max(this.#columns(), 1)));
  }
  get width(): number {
    return this.label + this.column * (this.#printing ? this.lastColumn : this.#columns());
  }
  /** The first column in sight, and the one behind the last; a little more on either side. */
  get firstColumn(): number {
    const first = this.#printing ? 0 : Math.floor(this.#left / this.column) - MORE_COLUMNS;
    return Math.max(0, Math.min(first, this.#columns()));
  }
  get lastColumn(): number {
    const last = this.#printing ? PRINTED : Math.ceil((this.#left + this.#width) / this.column) + MORE_COLUMNS;
    return Math.min(last, this.#columns());
  }
  get before(): number {
    return this.firstColumn * this.column;
  }
  get after(): number {
    return this.#printing ? 0 : (this.#columns() - this.lastColumn) * this.column;
  }
  get #down(): { first: number; last: number } {
    const all = this.#offsets;
    return this.#printing ? { first: 0, last: all.length } : all.range(this.#top, this.#top + this.#height, MORE_ROWS);
  }
  get firstRow(): number {
    return this.#down.first;
  }
  get lastRow(): number {
    return this.#down.last;
  }
  get above(): number {
    return this.#offsets.at(this.firstRow);
  }
  get below(): number {
    return this.#offsets.total - this.#offsets.at(this.lastRow);
  }
  heightOf(row: number): number {
    return this.#offsets.at(row + 1) - this.#offsets.at(row);
  }
}
