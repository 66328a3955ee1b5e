import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { bearer } from "../support/tokens.js";
import type { Answered } from "./client.js";
import { type HostileGateway, productionEnv, startHostileGateway } from "./gateway.js";
import { times } from "./members/filling.js";
import { goodToken } from "./members/tokens.js";

const documents = 20_000;
const users = 100_000;
const inFlight = 16;
/** Between so many requests the process must say that it lives, within the client's deadline, and stay small. */
const checkEvery = 1_000;

/** Far more than a quiet machine needs: the number of requests ends a test. Milliseconds. */
const mostTime = 600_000;

/** Whoever asks too much at once is shed; nothing else may go wrong. */
const shed = "OVERLOADED";

/** Sends requests 0 to `count`, some at once, and gives how often each code came. */
async function flood(
  { client, usage }: HostileGateway,
  count: number,
  send: (index: number) => Promise<Answered>,
): Promise<Record<string, number>> {
  const codes: Record<string, number> = {};
  let sent = 0;
  const work = async () => {
    while (sent < count) {
      const index = sent++;
      if (index % checkEvery === 0) await Promise.all([client.livez(), usage()]);
      const { code = "answered" } = await send(index);
      codes[code] = (codes[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  await Promise.all([client.livez(), usage()]);
  return codes;
}

/** Small ones, and some of those that cost most memory once they are parsed. */
function documentOf(index: number): string {
  if (index % 100 === 0) return `${"#\n".repeat(20_000)}{ regions { code } } # ${index}`;
  if (index % 10 === 0) return `{ regions { ${times(480, () => "code")} } } # ${index}`;
  return `query q${index} { regions { code name isDefault status endpoint } }`;
}

describe("a process with a small heap", () => {
  let folder: string;
  let amity: Server;
  let gateway: HostileGateway;

  beforeAll(async () => {
    amity = createServer(
      (request, response) => void request.resume().on("end", () => response.end('"a-token-of-24-characters"')),
    );
    await once(amity.listen(0, "127.0.0.1"), "listening");
    folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    const path = join(folder, "keys.json");
    const sha256 = createHash("sha256").update("secret").digest("hex");
    await writeFile(path, JSON.stringify([{ id: "backend", sha256, scopes: ["amity:mint:any"] }]));
    const url = `http://127.0.0.1:${(amity.address() as AddressInfo).port}`;
    gateway = await startHostileGateway(
      productionEnv(url, {
        AUTH_MODE: "jwt,apikey",
        AUTH_API_KEYS_FILE: path,
        TRUSTED_PROXIES: "127.0.0.1",
        RATE_LIMIT_SERVICE: "0",
        TOKEN_REUSE_SECONDS: "420",
      }),
    );
  });
  afterAll(async () => {
    await gateway.stop();
    amity.close().closeAllConnections();
    await rm(folder, { recursive: true });
  });

  test(
    "survives 20,000 distinct documents",
    async () => {
      const codes = await flood(gateway, documents, (index) => gateway.client.ask(documentOf(index)));
      const { answered = 0, [shed]: left = 0, ...others } = codes;
      expect([answered + left, others]).toEqual([documents, {}]);
    },
    mostTime,
  );

  test(
    "survives tokens for 100,000 users",
    async () => {
      const fields = 4;
      const query = `query (${times(fields, (i) => `$u${i}: ID!`)}) { ${times(fields, (i) => `a${i}: authToken(userId: $u${i}) { token }`)} }`;
      const codes = await flood(gateway, users / fields, (index) => {
        const variables = Object.fromEntries(
          Array.from({ length: fields }, (_, i) => [`u${i}`, `user-${index * fields + i}`]),
        );
        return gateway.client.ask(query, variables, { authorization: "ApiKey backend.secret" });
      });
      const { answered = 0, [shed]: left = 0, ...others } = codes;
      expect([answered + left, others]).toEqual([users / fields, {}]);
    },
    mostTime,
  );

  test(
    "survives 100,000 signed-in users, each with a limit",
    async () => {
      const codes = await flood(gateway, users, (index) =>
        gateway.client.ask("{ regions { code } }", {}, bearer(goodToken(`user-${index}`))),
      );
      const { answered = 0, [shed]: left = 0, ...others } = codes;
      expect([answered + left, others]).toEqual([users, {}]);
    },
    mostTime,
  );

  test(
    "survives 100,000 senders of refused credentials, each with a limit",
    async () => {
      const codes = await flood(gateway, users, (index) => {
        const address = `2001:db8:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::1`;
        return gateway.client.ask(
          "{ regions { code } }",
          {},
          { "x-forwarded-for": address, authorization: "Bearer a" },
        );
      });
      const { UNAUTHENTICATED: refused = 0, [shed]: left = 0, ...others } = codes;
      expect([refused + left, others]).toEqual([users, {}]);
    },
    mostTime,
  );
});
