import { upload } from "../../backend/files";
import type { Refusal } from "../../backend/client";
import type { Attachment } from "../../bindings/Attachment";
import { refusal } from "../../shared/peer.svelte";

/** Files of one document at most, as the trade's limit. */
export const MOST = 32;

/** Files on their way to the peer, which keeps them at once. */
export class Attaching {
  coming = $state(0);
  problem = $state.raw<Refusal | null>(null);
  readonly #files: () => Attachment[];
  readonly #keep: (files: Attachment[]) => void;

  /** `files` gives what is there already, `keep` takes what is there then. */
  constructor(files: () => Attachment[], keep: (files: Attachment[]) => void) {
    this.#files = files;
    this.#keep = keep;
  }

  /** Gives them to the peer, one after the other; the same file counts once. */
  async add(chosen: FileList | null | undefined): Promise<void> {
    this.problem = null;
    for (const file of Array.from(chosen ?? []).slice(0, MOST - this.#files().length)) {
      this.coming += 1;
      try {
        const kept = await upload(file);
        if (!this.#files().some((one) => one.sha256 === kept.sha256)) this.#keep([...this.#files(), kept]);
      } catch (error) {
        this.problem = refusal(error);
      } finally {
        this.coming -= 1;
      }
    }
  }

  remove(sha256: string): void {
    this.#keep(this.#files().filter((one) => one.sha256 !== sha256));
  }
}
