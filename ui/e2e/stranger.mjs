// A stranger on the other end: Chromium's own RTCPeerConnection, with its counting camera and humming microphone, talks with
// our Rust side alone (`stranger`), which gives back every frame. So it sees and hears itself, both ways through us.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { counted, hears, HUM, listen } from "./camera.mjs";

/** To be run in the page: the browser's side of one call. `side` is ours. */
const begin = async (side) => {
  const devices = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    video: { width: 640, height: 360, frameRate: 24 },
  });
  const line = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  globalThis.line = line;
  for (const track of devices.getTracks()) line.addTrack(track, devices);
  // Paths of ours wait until the description that they belong to was said, and theirs until it was read.
  const [paths, early] = [[], []];
  let said = false;
  const show = () => {
    if (said) for (const path of paths.splice(0)) globalThis.say({ candidates: [path] });
  };
  line.onicecandidate = ({ candidate }) => {
    if (candidate?.candidate) paths.push(candidate.candidate);
    show();
  };
  const describe = async (kind, made) => {
    await line.setLocalDescription(made);
    await globalThis.say({ [kind]: made.sdp });
    said = true;
    show();
  };
  const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  document.body.append(video, canvas);
  const draw = () => {
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    video.requestVideoFrameCallback(draw);
  };
  video.requestVideoFrameCallback(draw);
  line.ontrack = ({ track, streams: [stream] }) => {
    video.srcObject = stream ?? new MediaStream([track]);
    if (track.kind !== "audio") return;
    const context = new AudioContext();
    context.createMediaStreamSource(new MediaStream([track])).connect(context.destination);
    void context.resume();
  };
  const add = (path) => line.addIceCandidate({ candidate: path, sdpMLineIndex: 0 });
  const read = async (type, sdp) => {
    await line.setRemoteDescription({ type, sdp: sdp.replaceAll("\n", "\r\n") });
    for (const path of early.splice(0)) await add(path);
  };
  globalThis.hear = async (told) => {
    if (told.offer) {
      await read("offer", told.offer);
      await describe("answer", await line.createAnswer());
    }
    if (told.answer) await read("answer", told.answer);
    for (const path of told.candidates ?? []) {
      if (line.remoteDescription) await add(path);
      else early.push(path);
    }
  };
  if (side === "called") await describe("offer", await line.createOffer());
};

/** What the browser counted. */
const figures = async () => {
  const all = [...(await globalThis.line.getStats()).values()];
  const codec = (one) => all.find((other) => other.id === one?.codecId)?.mimeType;
  const of = (type, kind) => all.find((one) => one.type === type && one.kind === kind);
  const [videoIn, videoOut, audioIn, audioOut] = [of("inbound-rtp", "video"), of("outbound-rtp", "video"), of("inbound-rtp", "audio"), of("outbound-rtp", "audio")];
  return {
    codecs: [videoIn, videoOut, audioIn, audioOut].map(codec),
    asked: videoIn?.pliCount ?? 0, wasAsked: (videoOut?.pliCount ?? 0) + (videoOut?.firCount ?? 0), keys: videoIn?.keyFramesDecoded ?? 0,
  };
};

async function meet(browser, program, side) {
  const server = createServer((_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>stranger</title>"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const context = await browser.newContext();
  const page = await context.newPage();
  const ours = spawn(program, [side], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const ended = new Promise((resolve) => ours.on("exit", resolve));
    const phases = [];
    let wake = () => undefined;
    const say = (line) => ours.stdin.write(`${JSON.stringify(line)}\n`);
    await page.addInitScript(listen);
    await page.exposeFunction("say", (line) => void say(line));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const heard = [];
    let ready = false;
    const pass = (line) => page.evaluate((told) => globalThis.hear(told), line);
    createInterface({ input: ours.stdout }).on("line", (text) => {
      const told = JSON.parse(text);
      if (told.phase) {
        phases.push(told.phase);
        if (told.phase === "Ringing" && side === "called") say("accept");
        wake();
      } else if (ready) void pass(told).catch(() => undefined);
      else heard.push(told);
    });
    const until = async (phase) => {
      while (!phases.some((one) => one.startsWith(phase))) await new Promise((resolve) => (wake = resolve));
    };
    await page.evaluate(begin, side);
    ready = true;
    for (const told of heard) await pass(told);
    await until("Connected");
    const seen = await counted(page, "canvas", 12, 120_000);
    assert.ok(seen.length >= 12, `${side}: pictures come back: only ${seen.length} different ones were seen`);
    await hears(page, HUM);
    const found = await page.evaluate(figures);
    assert.deepEqual(found.codecs, ["video/VP8", "video/VP8", "audio/opus", "audio/opus"]);
    assert.ok(found.asked > 0, `${side}: the browser asked for a key frame`);
    assert.ok(found.wasAsked > 0, `${side}: we asked the browser for a key frame`);
    assert.ok(found.keys > 0, `${side}: and it got one`);
    say("hang_up");
    await until("Ended HungUp");
    ours.stdin.end();
    assert.equal(await ended, 0);
  } finally {
    ours.kill("SIGKILL");
    await context.close();
    server.close();
  }
}

/** Both ways round: we call the browser, and it calls us. */
export async function stranger(browser, binary) {
  const program = join(dirname(binary), `stranger${process.platform === "win32" ? ".exe" : ""}`);
  if (!existsSync(program)) throw new Error("build the stranger first: cargo build --workspace --bins");
  for (const side of ["caller", "called"]) await meet(browser, program, side);
  console.log("ok a stranger on the other end");
}
