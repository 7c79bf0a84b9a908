import type { ApiError } from "../bindings/ApiError";
import type { Code } from "../bindings/Code";

/** Why a request came to nothing: a code of the api, or nobody answered. */
export type Failure = Code | "offline";

/** A refusal, or silence. Nothing has changed at the peer. */
export class Refusal extends Error {
  readonly code: Failure;
  readonly reason: string | null;
  readonly field: string | null;

  constructor(error: Omit<ApiError, "code"> & { code: Failure }) {
    super(error.message);
    this.code = error.code;
    this.reason = error.reason;
    this.field = error.field;
  }
}

/** Nobody answered. */
export const silent = (): Refusal => new Refusal({ code: "offline", reason: null, field: null, message: "the peer does not answer" });

/** Whether this is an error of the api. */
export function isError(value: unknown): value is ApiError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
