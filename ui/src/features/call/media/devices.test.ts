import { afterEach, expect, test, vi } from "vitest";
import { choose, chosen, devices, missing, open } from "./devices";

afterEach(() => vi.unstubAllGlobals());

function page(getUserMedia: (wanted: MediaStreamConstraints) => Promise<unknown>): void {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, to: string) => kept.set(key, to) });
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia, enumerateDevices: async () => [{ kind: "videoinput", deviceId: "c1", label: "Desk" }, { kind: "audiooutput", deviceId: "s1", label: "" }] } });
}

test("why a device gives nothing is told apart", () => {
  const named = (name: string) => Object.assign(new Error("x"), { name });
  expect(["NotAllowedError", "NotReadableError", "NotFoundError", "OverconstrainedError"].map((name) => missing(named(name)))).toEqual(["refused", "busy", "none", "none"]);
  expect(missing("x")).toBe("none");
});

test("the microphone is asked to cancel echo, and a chosen device is wished for, not demanded", async () => {
  const asked: MediaStreamConstraints[] = [];
  page(async (wanted) => (asked.push(wanted), "stream"));
  choose("microphone", "m2");
  await open("microphone");
  await open("camera");
  expect(asked[0]).toMatchObject({ audio: { echoCancellation: true, deviceId: { ideal: "m2" } } });
  expect(asked[1]).toMatchObject({ video: { height: { ideal: 720 } } });
  expect(chosen()).toEqual({ camera: "", microphone: "m2", speaker: "" });
});

test("a refusal is an answer, and a page without rights says so", async () => {
  page(() => Promise.reject(Object.assign(new Error("no"), { name: "NotAllowedError" })));
  expect(await open("camera")).toBe("refused");
  expect((await devices()).camera).toEqual([{ id: "c1", name: "Desk" }]);
  vi.stubGlobal("isSecureContext", false);
  expect(await open("camera")).toBe("insecure");
});
