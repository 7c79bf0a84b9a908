import { inWindow, saveFile } from "../backend/window";

/** Characters that a file name may hold everywhere. */
const PLAIN = /[^\p{L}\p{N} ._-]/gu;

/** Gives a text to the person as a file: the window asks where to, a browser has its own place for it. */
export function save(text: string, name: string, type: string): void {
  const content = new Blob([text], { type });
  const plain = name.replace(PLAIN, "_").slice(0, 120);
  // What goes wrong there, the program says in a window of its own.
  if (inWindow()) saveFile(plain, content).catch(() => undefined);
  else download(content, plain);
}

function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
