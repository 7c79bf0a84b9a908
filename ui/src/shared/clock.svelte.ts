/** Milliseconds between two looks at the clock. */
const TICK = 1000;

class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.now = Date.now();
    }, TICK);
    document.addEventListener("visibilitychange", () => (this.now = Date.now()));
  }
}

/** The moment, once a second: countdowns are local and ask nobody. */
export const clock = new Clock();
