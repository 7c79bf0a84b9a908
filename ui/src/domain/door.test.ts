import { expect, test } from "vitest";
import { doorOf } from "./door";

test("an address of the office goes into the code, with the token where no server sees it", () => {
  expect(doorOf(new URL("http://192.168.0.7:8080/settings"), "a+b")).toEqual({ kind: "open", address: "http://192.168.0.7:8080/#token=a%2Bb" });
});

test("an address that only this computer or window has is shown to nobody", () => {
  for (const page of ["http://127.0.0.1:1/", "http://localhost/", "http://[::1]:4/"]) expect(doorOf(new URL(page), "t").kind, page).toBe("local");
  for (const page of ["tauri://localhost/", "http://tauri.localhost/"]) expect(doorOf(new URL(page), "t").kind, page).toBe("window");
  expect(doorOf(new URL("http://192.168.0.7/"), null).kind).toBe("local");
});
