/** Characters of a passphrase at least, as the program asks. */
export const SHORTEST = 8;

/** Whether a passphrase has fewer characters than that. */
export const isShort = (words: string): boolean => [...words].length < SHORTEST;
