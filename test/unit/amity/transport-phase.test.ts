import { describe, expect, test } from "@jest/globals";
import type { TransportPhase } from "../../../src/amity/transport-error.js";
import { phaseOf } from "../../../src/amity/transport-phase.js";
import { ProxyError } from "../../../src/system/forward-proxy.js";

/** How far it came, as got tells it, and the error. */
type Facts = Parameters<typeof phaseOf>[0] & { readonly error?: Error };

const proxy = { url: new URL("http://proxy.example:3128"), name: "proxy.example:3128" };
const lookedUp = { lookup: 1 };
const connected = { ...lookedUp, connect: 2 };
const secured = { ...connected, secureConnect: 3 };
const notFound = Object.assign(new Error("getaddrinfo ENOTFOUND"), { syscall: "getaddrinfo" });
const late = Object.assign(new Error("late"), { name: "TimeoutError" });
const proxysOwn = new Error("no tunnel", { cause: new ProxyError("PROXY_REFUSED", proxy.name) });

const phases = (url: string, facts: Facts, way = {}): TransportPhase[] =>
  [false, true].map((isReused) =>
    phaseOf(facts, { baseUrl: new URL(url), proxy: undefined, ...way }, isReused, facts.error),
  );

describe("a request that failed straight on its way had come to", () => {
  test.each<[TransportPhase, string, Facts]>([
    ["lookup", "http://amity.example", {}],
    ["lookup", "http://amity.example", { timings: {} }],
    ["lookup", "http://amity.example", { timings: lookedUp, error: notFound }],
    ["lookup", "http://amity.example", { timings: lookedUp, error: new Error("no answer", { cause: notFound }) }],
    ["connect", "http://amity.example", { timings: lookedUp, error: new Error("refused") }],
    ["connect", "http://127.0.0.1", {}],
    ["connect", "http://[::1]", {}],
    ["request", "http://amity.example", { timings: connected }],
    ["tls", "https://amity.example", { timings: connected }],
    ["request", "https://amity.example", { timings: secured }],
    ["answer", "https://amity.example", { timings: secured, response: {} }],
    ["answer", "http://amity.example", { response: {} }],
  ])("the phase %s: %s %j", (phase, url, facts) => {
    // On a kept connection it had been sent, whatever got says of times.
    const [first, later] = phases(url, facts);
    expect([first, later]).toEqual([phase, phase === "answer" ? "answer" : "request"]);
  });
});

describe("a request that failed through a proxy had come to", () => {
  test.each<[TransportPhase, string, Facts]>([
    ["connect", "when its time was over", {}],
    ["connect", "when got's own time was over", { error: late }],
    ["connect", "by the proxy's fault", { error: proxysOwn }],
    ["tls", "by another fault", { error: new Error("self-signed certificate") }],
    ["tls", "by a host that the proxy's side has no address for", { error: notFound }],
    ["request", "after the tunnel was there", { timings: connected, error: new Error("reset") }],
    ["answer", "within an answer", { timings: connected, response: {} }],
  ])("the phase %s %s", (phase, _when, facts) => {
    expect(phases("https://amity.example", facts, { proxy })[0]).toBe(phase);
  });
});
