import { describe, expect, test } from "@jest/globals";
import type { TransportPhase } from "../../../src/amity/transport-error.js";
import { phaseOf } from "../../../src/amity/transport-phase.js";
import { ProxyError } from "../../../src/system/forward-proxy.js";

type Progress = Parameters<typeof phaseOf>[0];

const proxy = { url: new URL("http://proxy.example:3128"), name: "proxy.example:3128" };
const lookedUp = { lookup: 1 };
const connected = { ...lookedUp, connect: 2 };
const secured = { ...connected, secureConnect: 3 };
const notFound = Object.assign(new Error("getaddrinfo ENOTFOUND"), { syscall: "getaddrinfo" });
const late = Object.assign(new Error("late"), { name: "TimeoutError" });
const proxysOwn = new Error("no tunnel", { cause: new ProxyError("PROXY_REFUSED", proxy.name) });

const phases = (url: string, progress: Progress, error?: Error, way = {}): TransportPhase[] =>
  [false, true].map((isReused) =>
    phaseOf(progress, { baseUrl: new URL(url), proxy: undefined, ...way }, isReused, error),
  );

describe("a request that failed straight on its way had come to", () => {
  test.each<[TransportPhase, string, Progress, Error?]>([
    ["lookup", "http://amity.example", {}],
    ["lookup", "http://amity.example", { timings: {} }],
    ["lookup", "http://amity.example", { timings: lookedUp }, notFound],
    ["lookup", "http://amity.example", { timings: lookedUp }, new Error("no answer", { cause: notFound })],
    ["connect", "http://amity.example", { timings: lookedUp }, new Error("refused")],
    ["connect", "http://127.0.0.1", {}],
    ["connect", "http://[::1]", {}],
    ["request", "http://amity.example", { timings: connected }],
    ["tls", "https://amity.example", { timings: connected }],
    ["request", "https://amity.example", { timings: secured }],
    ["answer", "https://amity.example", { timings: secured, response: {} }],
    ["answer", "http://amity.example", { response: {} }],
  ])("the phase %s: %s %j", (phase, url, progress, error) => {
    // On a kept connection it had been sent, whatever got says of times.
    const [first, later] = phases(url, progress, error);
    expect([first, later]).toEqual([phase, phase === "answer" ? "answer" : "request"]);
  });
});

describe("a request that failed through a proxy had come to", () => {
  test.each<[TransportPhase, string, Progress, Error?]>([
    ["connect", "when its time was over", {}],
    ["connect", "when got's own time was over", {}, late],
    ["connect", "by the proxy's fault", {}, proxysOwn],
    ["tls", "by another fault", {}, new Error("self-signed certificate")],
    ["tls", "by a host that the proxy's side has no address for", {}, notFound],
    ["request", "after the tunnel was there", { timings: connected }, new Error("reset")],
    ["answer", "within an answer", { timings: connected, response: {} }],
  ])("the phase %s %s", (phase, _when, progress, error) => {
    expect(phases("https://amity.example", progress, error, { proxy })[0]).toBe(phase);
  });
});
