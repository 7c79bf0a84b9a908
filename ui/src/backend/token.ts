/** Where the token is kept while this window is open. */
const KEY = "opener.token";

/** Takes the token out of the address (`#token=…`), keeps it for this window, and cleans the address. */
export function takeToken(): string | null {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    sessionStorage.setItem(KEY, found);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return token();
}

/** The token, if there is one. */
export function token(): string | null {
  return sessionStorage.getItem(KEY);
}
