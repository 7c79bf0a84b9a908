import { call } from "../../backend/client";
import { upload } from "../../backend/files";

/** How much of a picture is kept, of 1: letters on a label stay readable. */
const FINE = 0.9;

/** What a camera or a canvas shows now, as a picture; nothing where it shows nothing. */
export function still(source: HTMLVideoElement | HTMLCanvasElement | null): Promise<Blob | null> {
  const width = source instanceof HTMLVideoElement ? source.videoWidth : (source?.width ?? 0);
  const height = source instanceof HTMLVideoElement ? source.videoHeight : (source?.height ?? 0);
  if (!source || width === 0 || height === 0) return Promise.resolve(null);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d", { alpha: false })?.drawImage(source, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", FINE));
}

/** A name by which a picture is found again: `photo-2026-11-20-140512.jpg`. */
export const pictureName = (now: Date): string => {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `photo-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.jpg`;
};

/**
 * Puts a picture into the talk of a deal: it goes to the other side as an attached file of a message.
 * @throws Refusal
 */
export async function keep(where: { deal: string; seller?: string }, picture: Blob): Promise<void> {
  const file = new File([picture], pictureName(new Date()), { type: "image/jpeg" });
  await call("chat.send", { ...where, attachments: [await upload(file)] });
}
