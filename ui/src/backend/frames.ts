/** What a frame holds. The numbers are those of the peer's door for media. */
export const KINDS = { sound: 1, picture: 2, key_wanted: 3, budget: 4 } as const;

export type FrameKind = keyof typeof KINDS;

/** One encoded picture (VP8), 20 ms of sound (Opus), or a word about them, on its way between page and peer. */
export interface Frame {
  kind: FrameKind;
  /** A picture that needs none before it. */
  key: boolean;
  /** When it was taken, in microseconds of the sender's clock; pictures and sound of one sender share it. */
  at: number;
  data: Uint8Array<ArrayBuffer>;
}

/** Bytes before the content: kind, flags, two that are zero, the content's size (32 bits), the time (64 bits); little-endian. */
export const HEAD = 16;
/** Bytes of content at most: a key picture of 720p at the highest rate has a tenth of it. */
export const MAX_FRAME_BYTES = 1024 * 1024;
const KEY = 1;

const kindOf = (number: number): FrameKind | null => {
  for (const [kind, own] of Object.entries(KINDS)) if (own === number) return kind as FrameKind;
  return null;
};

/** The frame as one message. */
export function write(frame: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD + frame.data.length);
  const head = new DataView(bytes.buffer);
  head.setUint8(0, KINDS[frame.kind]);
  head.setUint8(1, frame.key ? KEY : 0);
  head.setUint32(4, frame.data.length, true);
  head.setBigUint64(8, BigInt(Math.max(0, Math.round(frame.at))), true);
  bytes.set(frame.data, HEAD);
  return bytes;
}

/** The frame of a message; nothing where it is none, or of a kind that this page does not know. */
export function read(message: ArrayBuffer): Frame | null {
  if (message.byteLength < HEAD || message.byteLength > HEAD + MAX_FRAME_BYTES) return null;
  const head = new DataView(message);
  const kind = kindOf(head.getUint8(0));
  const at = Number(head.getBigUint64(8, true));
  if (kind === null || head.getUint32(4, true) !== message.byteLength - HEAD || !Number.isSafeInteger(at)) return null;
  return { kind, key: (head.getUint8(1) & KEY) !== 0, at, data: new Uint8Array(message, HEAD) };
}

/** A wish or a figure for the other end of the line, without content. */
export const bare = (kind: FrameKind): Frame => ({ kind, key: false, at: 0, data: new Uint8Array() });

/** The bits a second that a `budget` names; nothing where it names none. */
export function bitsOf(frame: Frame): number | null {
  return frame.kind === "budget" && frame.data.length === 4 ? new DataView(frame.data.buffer, frame.data.byteOffset).getUint32(0, true) : null;
}
