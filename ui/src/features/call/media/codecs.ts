import { PIECE, SAMPLE_RATE } from "./playout";

/** The codecs of a call, mandatory for every WebRTC peer (RFC 7742, RFC 7874). */
export const PICTURE = "vp8";
export const SOUND: AudioDecoderConfig = { codec: "opus", sampleRate: SAMPLE_RATE, numberOfChannels: 1 };
/** Opus for speech; bits a second. */
export const SOUND_BITS = 32_000;

/** How sound is encoded: 20 ms a packet. */
export const soundConfig = (): AudioEncoderConfig => ({ ...SOUND, bitrate: SOUND_BITS, opus: { frameDuration: (PIECE / SAMPLE_RATE) * 1_000_000 } });

/** How pictures are encoded: at once, rather than small. */
export const pictureConfig = (size: { width: number; height: number }, bits: number, rate: number): VideoEncoderConfig => ({
  codec: PICTURE,
  ...size,
  bitrate: Math.round(bits),
  framerate: rate,
  latencyMode: "realtime",
});

/**
 * Whether this page may speak of WebCodecs at all. WebKitGTK ends its web process when `VideoEncoder` is touched before
 * GStreamer runs, and asking what can be played starts that.
 */
export function wake(): boolean {
  document.createElement("video").canPlayType("video/webm; codecs=vp8");
  return "VideoEncoder" in globalThis && "VideoDecoder" in globalThis && "AudioEncoder" in globalThis && "AudioDecoder" in globalThis;
}

/** The bytes of an encoded piece. */
export function bytesOf(chunk: EncodedVideoChunk | EncodedAudioChunk): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunk.byteLength);
  chunk.copyTo(bytes);
  return bytes;
}
