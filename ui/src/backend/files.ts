import type { Attachment } from "../bindings/Attachment";
import type { AttachmentView } from "../bindings/AttachmentView";
import { answer, reach } from "./client";
import { attach, inWindow, saveAttached } from "./window";

/** What browsers say of a file of which they know nothing. */
const UNKNOWN = "application/octet-stream";

/**
 * Adds a file to the peer. What comes back goes into `attachments` of a request, a bid or a chat.
 * @throws Refusal
 */
export async function upload(file: File, signal?: AbortSignal): Promise<Attachment> {
  if (inWindow()) return attach(file, file.type || UNKNOWN);
  const response = await reach(`/blob?name=${encodeURIComponent(file.name)}`, {
    method: "PUT",
    headers: { "content-type": file.type || UNKNOWN },
    body: file,
    signal: signal ?? null,
  });
  return (await answer(response)) as Attachment;
}

/**
 * The bytes of a file that is here, as no type that a browser would show.
 * @throws Refusal
 */
export async function download(sha256: string): Promise<Blob> {
  const response = await reach(`/blob/${encodeURIComponent(sha256)}`, { method: "GET" });
  if (!response.ok) await answer(response);
  return new Blob([await response.arrayBuffer()], { type: UNKNOWN });
}

/**
 * Saves a file under its safe name: the window asks where to, a browser has its own place for it.
 * @throws Refusal
 */
export async function save(file: Pick<AttachmentView, "sha256" | "save_as">): Promise<void> {
  if (inWindow()) {
    await saveAttached(file.sha256, file.save_as);
    return;
  }
  const address = URL.createObjectURL(await download(file.sha256));
  const link = document.createElement("a");
  link.href = address;
  link.download = file.save_as;
  link.click();
  URL.revokeObjectURL(address);
}
