/** Characters that a file name may hold everywhere. */
const PLAIN = /[^\p{L}\p{N} ._-]/gu;

/** Gives a text to the person as a file. */
export function save(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replace(PLAIN, "_").slice(0, 120);
  link.click();
  URL.revokeObjectURL(url);
}
