import { answer, reach } from "./client";
import { backUp as intoFile, inWindow } from "./window";

export { restore, type Restored } from "./window";

/** Hosts of this computer: a door elsewhere, as a phone uses it, gives no backup. */
const OWN = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether this page may make a backup: in the window, or at the computer itself. */
export const mayBackUp = (): boolean => inWindow() || OWN.test(location.hostname);

/**
 * Makes a backup that this passphrase opens. The window asks where to, a browser has its own place for it. False when
 * the person thinks better of it.
 * @throws Refusal, or words of the window
 */
export async function backUp(passphrase: string, name: string): Promise<boolean> {
  if (inWindow()) return intoFile(passphrase);
  const response = await reach("/backup", { method: "POST", headers: { "content-type": "text/plain" }, body: passphrase });
  if (!response.ok) await answer(response);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  return true;
}
