import type { Attachment } from "../bindings/Attachment";
import type { AttachmentView } from "../bindings/AttachmentView";
import { answer, reach } from "./client";

/**
 * Adds a file to the peer. What comes back goes into `attachments` of a request, a bid or a chat.
 * @throws Refusal
 */
export async function upload(file: File, signal?: AbortSignal): Promise<Attachment> {
  const response = await reach(`/blob?name=${encodeURIComponent(file.name)}`, {
    method: "PUT",
    headers: { "content-type": file.type || "application/octet-stream" },
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
  return new Blob([await response.arrayBuffer()], { type: "application/octet-stream" });
}

/**
 * Lets the browser save a file under its safe name.
 * @throws Refusal
 */
export async function save(file: Pick<AttachmentView, "sha256" | "save_as">): Promise<void> {
  const address = URL.createObjectURL(await download(file.sha256));
  const link = document.createElement("a");
  link.href = address;
  link.download = file.save_as;
  link.click();
  URL.revokeObjectURL(address);
}
