/** The colour of a criterion by its place in the request; from the sixth on they share one. */
export function colourOf(index: number): string {
  return `var(--c${Math.min(index, 5) + 1})`;
}
