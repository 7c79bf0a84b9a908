/** Longest side of a picture that is searched for a code, in pixels: cameras make larger ones, and codes are large in them. */
const SIDE = 1600;

/** The text of the code in a picture; nothing if there is none. */
export async function readCode(file: Blob): Promise<string | null> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const [width, height] = [Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale))];
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    if (!context) return null;
    context.drawImage(picture, 0, 0, width, height);
    const { default: decode } = await import("qr/decode.js");
    return decode({ width, height, data: context.getImageData(0, 0, width, height).data });
  } catch {
    return null;
  }
}
