class Router {
  path = $state(location.pathname);

  constructor() {
    window.addEventListener("popstate", () => (this.path = location.pathname));
  }

  /** The path without slashes at its ends, in parts. */
  get parts(): string[] {
    return this.path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  }

  go(path: string): void {
    if (path === this.path) return;
    history.pushState(null, "", path);
    this.path = path;
  }

  /** Follows a link within the page. */
  follow = (event: MouseEvent): void => {
    const link = (event.target as Element | null)?.closest("a");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain || event.defaultPrevented || link.origin !== location.origin || link.target) return;
    event.preventDefault();
    this.go(link.pathname);
  };
}

/** Where the person is. */
export const router = new Router();
