import { expect, test } from "vitest";
import { asServers, emptyServer, fromView } from "./servers";

test("a kept password is not sent again, and a typed one is", () => {
  const kept = fromView({ url: "turn:relay.example:3478", username: "ann", has_password: true });
  expect(asServers([kept])).toEqual([{ url: "turn:relay.example:3478", username: "ann" }]);
  expect(asServers([{ ...kept, password: "new words" }])).toEqual([{ url: "turn:relay.example:3478", username: "ann", password: "new words" }]);
});

test("an empty line is no server, and only a relay has a name", () => {
  expect(asServers([emptyServer(), { url: " stun:stun.example:3478 ", username: "x", password: "y", kept: false }])).toEqual([{ url: "stun:stun.example:3478" }]);
});
