import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { documentLimits } from "../../src/limits.js";
import { bearer } from "../support/tokens.js";
import type { Answered } from "./client.js";
import { type HostileGateway, mostTime, productionEnv, startHostileGateway } from "./gateway.js";
import { times } from "./members/filling.js";
import { goodToken } from "./members/tokens.js";

const documents = 20_000;
const users = 100_000;
const senders = 20_000;
const uploaders = 1_500;
const inFlight = 16;
/** Between so many requests the process must say that it lives, within the client's deadline, and stay small. */
const checkEvery = 1_000;

/** A full heap sheds load for a moment; the request then comes back, as a client's would. Milliseconds. */
const comeBackMs = 100;

/** Sends requests 0 to `count`, some at once, and gives how often each code came in the end. */
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
      let { code = "answered" } = await send(index);
      while (code === "OVERLOADED") {
        await setTimeout(comeBackMs);
        ({ code = "answered" } = await send(index));
      }
      codes[code] = (codes[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  await Promise.all([client.livez(), usage()]);
  return codes;
}

/** Small ones, and some of those that take most memory once they are parsed. */
function documentOf(index: number): string {
  const comments = "#\n".repeat(documentLimits.comments - 1);
  if (index % 100 === 0) return `${comments}{ regions { code } } # ${index}`;
  if (index % 10 === 0) return `{ regions { ${times(480, () => "...f")} } } fragment f on Region { code } # ${index}`;
  return `query q${index} { regions { code name isDefault status endpoint } }`;
}

/** A request whose body comes in pieces of a byte, and waits for its last one. */
function openUpload(url: string): Promise<{ readonly finish: () => Promise<string> }> {
  const { hostname, port } = new URL(url);
  const head =
    "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
  const body = '{"query":"{ regions { code } }"}'.padEnd(1_900);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const status = new Promise<string>((told) => {
      socket.once("data", (answer: Buffer) => told(answer.toString("latin1").split("\r\n", 1)[0] ?? ""));
      socket.once("close", () => told("no answer"));
    });
    socket.on("error", reject);
    socket.write(head + Array.from(body, (byte) => `1\r\n${byte}\r\n`).join(""), () => {
      const finish = () => {
        socket.write("0\r\n\r\n");
        return status;
      };
      resolve({ finish });
    });
  });
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
    process.stdout.write(`resident at most: ${Math.round(gateway.mostSeen() / 1_048_576)} MB\n`);
    await gateway.stop();
    amity.close().closeAllConnections();
    await rm(folder, { recursive: true });
  });

  test(
    "takes in 1,500 bodies at once that come in pieces of a byte",
    async () => {
      const uploads = [];
      while (uploads.length < uploaders) {
        uploads.push(await openUpload(gateway.url));
        if (uploads.length % inFlight === 0) await Promise.all([gateway.client.livez(), gateway.usage()]);
      }
      const statuses = await Promise.all(uploads.map(({ finish }) => finish()));
      // On a busy machine the first of them take longer than a request may, and operations are shed.
      expect(statuses.filter((status) => !/^HTTP\/1\.1 (?:200|408|503) /.test(status))).toEqual([]);
    },
    mostTime,
  );

  test(
    "survives 20,000 distinct documents",
    async () => {
      const codes = await flood(gateway, documents, (index) => gateway.client.ask(documentOf(index)));
      expect(codes).toEqual({ answered: documents });
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
      expect(codes).toEqual({ answered: users / fields });
    },
    mostTime,
  );

  test(
    "survives 100,000 signed-in users, each with a limit",
    async () => {
      const codes = await flood(gateway, users, (index) =>
        gateway.client.ask("{ regions { code } }", {}, bearer(goodToken(`user-${index}`))),
      );
      expect(codes).toEqual({ answered: users });
    },
    mostTime,
  );

  test(
    "survives 20,000 senders of refused credentials, each with a limit",
    async () => {
      const codes = await flood(gateway, senders, (index) => {
        const address = `2001:db8:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::1`;
        return gateway.client.ask(
          "{ regions { code } }",
          {},
          { "x-forwarded-for": address, authorization: "Bearer a" },
        );
      });
      expect(codes).toEqual({ UNAUTHENTICATED: senders });
    },
    mostTime,
  );
});
