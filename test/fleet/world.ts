import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../src/emulator/server.js";
import { issue } from "../support/certificates.js";
import { type Issuer, withIssuer } from "../support/issuer.js";
import { Ownership } from "../support/ownership.js";
import { ScriptedAmity } from "../support/scripted-amity.js";
import { FleetCallers } from "./callers.js";
import { FleetGateway } from "./gateway.js";
import { Load } from "./load.js";
import { type Nginx, startNginx } from "./nginx.js";

const apiKey = "canary-api-key";
const firstKey = "canary-server-key-1";

/** What the gateways hold for EU. */
export const secrets = [apiKey, firstKey];

/** Keys are read again within a second, and fetched again every other. */
const limits = {
  AUTH_JWKS_CACHE_S: "2",
  AUTH_JWKS_COOLDOWN_S: "1",
  RATE_LIMIT_USER: "1000000",
  // A machine that is busy with other things refuses nobody, and gives up on nobody.
  SHED_EVENT_LOOP_DELAY_MS: "0",
  UPSTREAM_TIMEOUT_MS: "25000",
  UPSTREAM_ATTEMPT_TIMEOUT_MS: "20000",
  SHUTDOWN_DELAY_MS: "1500",
  TRUSTED_PROXIES: "127.0.0.1",
};

/** Three gateways behind nginx, and all that they depend on. */
export interface Fleet {
  readonly gateways: readonly FleetGateway[];
  readonly nginx: Nginx;
  readonly load: Load;
  /** Amity in EU. */
  readonly eu: ScriptedAmity;
  /** Amity in SG, with mutual TLS. */
  readonly sg: Emulator;
  readonly issuer: Issuer;
  readonly callers: FleetCallers;
  readonly ownership: Ownership;
  /** Paths of the files that the gateways read again. */
  readonly files: Files;
}

export type Files = Readonly<Record<"primary" | "secondary" | "cert" | "key" | "ca", string>>;

export interface FleetOptions {
  readonly chance: () => number;
  /** Settings of every gateway besides the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Everything runs while `use` does. */
export async function withFleet({ chance, env }: FleetOptions, use: (fleet: Fleet) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-fleet-"));
  const sg = await startEmulator({ mtls: true });
  const eu = await ScriptedAmity.start("EU", firstKey, chance);
  const files = await writeFiles(folder, sg);
  const gateways: FleetGateway[] = [];
  try {
    await withIssuer({}, async (issuer) => {
      const callers = await FleetCallers.of(issuer);
      const all = { ...limits, ...envOf({ eu, sg, issuer, callers, files }), ...env };
      gateways.push(...(await Promise.all([1, 2, 3].map(() => FleetGateway.start(all)))));
      const nginx = await startNginx(gateways.map(({ port }) => port));
      const ownership = new Ownership(sg);
      const load = new Load(nginx.url, callers, ownership, chance);
      try {
        await use({ gateways, nginx, load, eu, sg, issuer, callers, ownership, files });
      } finally {
        await load.stop();
        await nginx.close();
      }
    });
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await Promise.all([eu.close(), sg.close()]);
    await rm(folder, { recursive: true });
  }
}

async function writeFiles(folder: string, sg: Emulator): Promise<Files> {
  const { cert, key } = await issue(sg, "turn-1");
  const texts: Readonly<Record<keyof Files, string>> = {
    primary: firstKey,
    secondary: "canary-server-key-0",
    cert,
    key,
    ca: sg.ca ?? "",
  };
  const names = Object.keys(texts) as (keyof Files)[];
  await Promise.all(names.map((name) => writeFile(join(folder, name), texts[name])));
  return Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Files;
}

type Parts = Pick<Fleet, "eu" | "sg" | "issuer" | "callers" | "files">;

function envOf({ eu, sg, issuer, callers, files }: Parts): Record<string, string> {
  return {
    AMITY_REGION: "eu",
    AMITY_EU_BASE_URL: `http://127.0.0.1:${eu.port}`,
    AMITY_EU_API_KEY: apiKey,
    AMITY_EU_SERVER_KEY_FILE: files.primary,
    AMITY_EU_SERVER_KEY_SECONDARY_FILE: files.secondary,
    AMITY_SG_BASE_URL: sg.url,
    AMITY_SG_API_KEY: sg.apiKey,
    AMITY_SG_SERVER_KEY: sg.serverKey,
    AMITY_SG_ADMIN_TOKEN: sg.adminToken,
    AMITY_MTLS_CA_FILE: files.ca,
    AMITY_MTLS_CERT_FILE: files.cert,
    AMITY_MTLS_KEY_FILE: files.key,
    AUTH_MODE: "jwt",
    AUTH_JWT_ISSUER: issuer.url,
    AUTH_JWT_AUDIENCE: callers.audience,
  };
}
