import { describe, expect, test } from "@jest/globals";
import { KeySet } from "../../../src/caller/key-set.js";
import { makeKey } from "../../support/tokens.js";

const good = await makeKey("EdDSA", "good");
const ec = await makeKey("ES256", "ec");
const offCurve = { ...ec.jwk, kid: "off", x: "A".repeat(43) };

/** As many entries as fit into the 256 KiB of an answer. */
function fill(entry: (index: number) => object): object[] {
  const length = JSON.stringify(entry(9_999)).length + 1;
  return Array.from({ length: Math.floor(262_000 / length) }, (_, index) => entry(index));
}

/** The least CPU time of several runs. Microseconds. */
function leastCost(run: () => unknown): number {
  const costs = Array.from({ length: 7 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...costs);
}

describe("the largest answer of a key set", () => {
  const sets: [string, object[]][] = [
    ["empty entries", fill(() => ({}))],
    ["points off their curve", fill((index) => ({ ...offCurve, kid: String(index) }))],
    ["keys of one id", fill((index) => ({ ...good.jwk, x: Buffer.alloc(32, index).toString("base64url") }))],
    ["keys of many ids", fill((index) => ({ ...good.jwk, kid: String(index) }))],
    ["one modulus", [{ kty: "RSA", kid: "big", e: "AQAB", n: "_".repeat(260_000) }]],
  ];

  test.each(sets)("of %s costs little more than to parse it", (_what, entries) => {
    const text = JSON.stringify({ keys: [good.jwk, ...entries] });
    const parsing = leastCost(() => JSON.parse(text));
    const document = JSON.parse(text);
    const reading = leastCost(() => new KeySet(document).find({ alg: "EdDSA", kid: "unknown" }));
    // The usual is twice as much. What is quadratic, or imports every entry, takes hundreds of times as much.
    expect(reading).toBeLessThan(30 * parsing);
  });
});
