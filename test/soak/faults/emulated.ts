import type { FaultInput } from "../../../src/emulator/server.js";
import { rawCall } from "../../support/emulator.js";
import type { Line } from "../log.js";
import { says } from "../log.js";
import type { World } from "../world.js";
import type { Fault } from "./fault.js";

/** Each kind of the emulator's, and what a line of the log then says. */
const faults: readonly (readonly [FaultInput, Line | undefined])[] = [
  [
    { kind: "latency", ms: 5_000 },
    { reason: "timeout", phase: "request" },
  ],
  [{ kind: "hang" }, { reason: "timeout", phase: "request" }],
  [
    { kind: "drip", intervalMs: 200, endless: true },
    { reason: "timeout", phase: "answer" },
  ],
  [{ kind: "resetBeforeHeaders" }, { reason: "ECONNRESET", phase: "request" }],
  [{ kind: "resetAfterHeaders" }, { reason: "ECONNRESET", phase: "answer" }],
  [{ kind: "resetMidBody" }, { reason: "ECONNRESET", phase: "answer" }],
  [{ kind: "truncate" }, { reason: "ECONNRESET", phase: "answer" }],
  [{ kind: "endlessBody" }, { reason: "too large" }],
  [{ kind: "nonJson" }, { reason: "HTML page" }],
  [{ kind: "wrongTypes" }, { reason: "not an auth token" }],
  [{ kind: "wrongTypes", route: "session" }, { reason: "not a session" }],
  [{ kind: "rateLimit" }, { reason: "rate limit", amity: { status: 429, code: 400_311 } }],
  [
    { kind: "rateLimit", retryAfter: "abc" },
    { reason: "rate limit", amity: { status: 429 } },
  ],
  [
    { kind: "status", status: 500 },
    { reason: "server error", amity: { status: 500 } },
  ],
  [
    { kind: "status", status: 503, json: false },
    { reason: "server error", amity: { status: 503 } },
  ],
  [
    { kind: "status", status: 404 },
    { reason: "request refused", amity: { status: 404 } },
  ],
  [
    { kind: "status", status: 403, code: 400_300, route: "token" },
    { reason: "key refused", amity: { status: 403 } },
  ],
  [
    { kind: "redirect", location: "https://login.example.com/" },
    { reason: "redirect", amity: { status: 301 } },
  ],
  [{ kind: "echoSecrets" }, { reason: "request refused", amity: { status: 500 } }],
  [{ kind: "hugeHeader" }, { reason: "malformed HTTP" }],
  [{ kind: "gzip" }, { reason: "encoded body" }],
  // A kept connection that turns out dead is replaced before anybody notices.
  [{ kind: "keepAliveIdleClose", ms: 10 }, undefined],
];

async function replaceFaults({ emulator }: World, list: readonly FaultInput[]): Promise<void> {
  const headers = { authorization: `Bearer ${emulator.controlKey}` };
  const { status } = await rawCall(emulator, "PUT /__emulator/faults", { headers, body: list });
  if (status !== 200) throw new Error(`the emulator does not take ${JSON.stringify(list)}: ${status}`);
}

/** Amity answers badly. */
export const emulated = (world: World): readonly Fault[] =>
  faults.map(([fault, line]): Fault => {
    const details = Object.entries(fault).filter(([name]) => name !== "kind");
    return {
      name: [`Amity: ${fault.kind}`, ...details.map(([name, value]) => `${name}=${value}`)].join(" "),
      async begin() {
        await replaceFaults(world, [fault]);
        return () => replaceFaults(world, []);
      },
      ...(line && { named: says({ region: "SG", ...line }) }),
    };
  });
