import type { MethodName, Methods } from "../bindings/methods";
import { isError, Refusal, silent } from "./refusal";
import { token } from "./token";
import { ask, inWindow } from "./window";

export { Refusal, type Failure } from "./refusal";

/** What an answer holds: `{"ok": …}`, or `{"error": …}`. */
function unwrap(body: unknown, key: "ok" | "error"): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : undefined;
}

/**
 * Reaches the peer's door, with the token.
 * @throws Refusal
 */
export async function reach(page: string, request: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
  if (inWindow()) throw silent();
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
 * Asks the peer: the one inside this window, or the one behind this page's gateway.
 * @throws Refusal
 */
export async function call<M extends MethodName>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["answer"]> {
  if (inWindow()) return ask(method, params);
  const response = await reach("/api", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ method, params }),
  });
  return (await answer(response)) as Methods[M]["answer"];
}
