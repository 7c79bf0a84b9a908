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
 * Reaches the peer's door, with the token.
 * @throws Refusal
 */
export async function reach(page: string, request: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
  try {
    return await fetch(page, { ...request, headers: { ...request.headers, authorization: `Bearer ${token() ?? ""}` } });
  } catch {
    throw silent();
  }
}

/**
 * What an answer in JSON holds.
 * @throws Refusal
 */
export async function answer(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return unwrap(body, "ok");
  const error = unwrap(body, "error");
  throw isError(error) ? new Refusal(error) : silent();
}

/**
 * Asks the peer.
 * @throws Refusal
 */
export async function call<M extends MethodName>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["answer"]> {
  const response = await reach("/api", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ method, params }),
  });
  return (await answer(response)) as Methods[M]["answer"];
}
