import { readRules, type AlarmRules } from "../../domain/alarms";

const KEY = "opener.alarms";

class Rules {
  now = $state<AlarmRules>(readRules(localStorage.getItem(KEY)));

  set(change: Partial<AlarmRules>): void {
    this.now = { ...$state.snapshot(this.now), ...change };
    localStorage.setItem(KEY, JSON.stringify(this.now));
  }
}

/** When and how this window is heard. */
export const rules = new Rules();
