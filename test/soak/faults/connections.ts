import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type Credential, createTestAuthority, lives } from "../../support/certificates.js";
import type { FrontFault } from "../front.js";
import { type Line, says } from "../log.js";
import type { World } from "../world.js";
import type { End, Fault } from "./fault.js";

/** The kinds of the front's, and what the log then says. */
const broken: readonly (readonly [FrontFault, Line])[] = [
  [{ kind: "refuses" }, { reason: "ECONNREFUSED", phase: "connect" }],
  [{ kind: "breaks off" }, { reason: "ECONNRESET", phase: "tls" }],
  [{ kind: "says nothing" }, { reason: "timeout", phase: "tls" }],
  [
    { kind: "is slow", ms: 3_000 },
    { reason: "timeout", phase: "tls" },
  ],
  [{ kind: "speaks no TLS" }, { reason: "not TLS", phase: "tls" }],
];

/** Servers with certificates that must not be taken, and what the log then says. */
const certificates: readonly (readonly [name: string, (world: World) => Promise<Credential>, Line])[] = [
  ["of a stranger", async () => (await createTestAuthority()).server(), { reason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }],
  [
    "that has expired",
    ({ authority }) => authority.server(["127.0.0.1"], lives.expired),
    { reason: "CERT_HAS_EXPIRED" },
  ],
  [
    "that is not valid yet",
    ({ authority }) => authority.server(["127.0.0.1"], lives.notYetValid),
    { reason: "CERT_NOT_YET_VALID" },
  ],
  [
    "of another host",
    ({ authority }) => authority.server(["amity.example"]),
    { reason: "ERR_TLS_CERT_ALTNAME_INVALID" },
  ],
  ["of a client", ({ authority }) => authority.client(), { reason: "unusable certificate" }],
];

async function answerAs({ front }: World, credential: Credential): Promise<End> {
  const server = createServer({ ...credential }, (_, response) => response.end('"a-token-of-nobody"'));
  server.on("tlsClientError", () => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  await front.fail({ kind: "leads elsewhere", port: (server.address() as AddressInfo).port });
  return async () => {
    await front.fail(undefined);
    server.close().closeAllConnections();
  };
}

/** Amity cannot be reached, or somebody else is in its place. It takes turns with what Amity answers. */
export const connections = (world: World): readonly Fault[] => [
  ...broken.map(
    ([fault, line]): Fault => ({
      name: `the way to Amity: ${fault.kind}`,
      async begin() {
        await world.front.fail(fault);
        return () => world.front.fail(undefined);
      },
      named: says({ region: "SG", ...line }),
    }),
  ),
  ...certificates.map(
    ([name, make, line]): Fault => ({
      name: `Amity has a certificate ${name}`,
      begin: async () => answerAs(world, await make(world)),
      named: says({ region: "SG", phase: "tls", ...line }),
    }),
  ),
];
