import type { ApiError } from "../bindings/ApiError";
import type { Code } from "../bindings/Code";
import type { MethodName, Methods } from "../bindings/methods";
import { token } from "./token";

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

const silent = () => new Refusal({ code: "offline", reason: null, field: null, message: "the peer does not answer" });

function isError(value: unknown): value is ApiError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** What an answer holds: `{"ok": …}`, or `{"error": …}`. */
function unwrap(body: unknown, key: "ok" | "error"): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : undefined;
}

/**
 * Asks the peer.
 * @throws Refusal
 */
export async function call<M extends MethodName>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["answer"]> {
  let response: Response;
  try {
    response = await fetch("/api", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token() ?? ""}` },
      body: JSON.stringify({ method, params }),
    });
  } catch {
    throw silent();
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return unwrap(body, "ok") as Methods[M]["answer"];
  const error = unwrap(body, "error");
  throw isError(error) ? new Refusal(error) : silent();
}
