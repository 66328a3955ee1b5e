import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "../../src/caller/api-keys.js";
import { type Emulator, startEmulator } from "../../src/emulator/server.js";
import { createTestAuthority, issue, type TestAuthority } from "../support/certificates.js";
import { type Issuer, withIssuer } from "../support/issuer.js";
import { type TestForwardProxy, withForwardProxy } from "../support/proxy.js";
import { ScriptedAmity } from "../support/scripted-amity.js";
import { Callers } from "./callers.js";
import { lineCheck } from "./checks.js";
import { Front } from "./front.js";
import { GatewayProcess } from "./gateway.js";
import { Log } from "./log.js";

/** The host of the US region, which the proxy alone finds. */
const proxiedHost = "amity-us.example";

const serviceKey = createApiKey({ id: "backend", scopes: ["amity:mint:any"] });

/** What the gateway holds that nobody may read in its log. */
export const secrets = {
  euKey: "canary-server-key-of-eu",
  euSecondary: "canary-server-key-of-eu-2",
  usKey: "canary-server-key-of-us",
  apiKey: "canary-api-key-of-scripts",
  service: serviceKey.credential,
};

/** Short, so that faults are over soon; long enough for a machine that is busy. */
const limits = {
  UPSTREAM_TIMEOUT_MS: "4000",
  UPSTREAM_ATTEMPT_TIMEOUT_MS: "1500",
  AUTH_JWKS_TIMEOUT_MS: "1000",
  AUTH_JWKS_CACHE_S: "2",
  AUTH_JWKS_COOLDOWN_S: "1",
  TOKEN_REUSE_SECONDS: "5",
  RATE_LIMIT_SERVICE: "0",
  RATE_LIMIT_USER: "300",
};

/** Tokens are tried at the end of the longest run. */
const tokenLifeMs = 7 * 86_400_000;

/** A gateway and all that it depends on, each of which can go wrong. */
export interface World {
  readonly chance: () => number;
  readonly gateway: GatewayProcess;
  /** Amity in SG, with mutual TLS; the gateway reaches it by `front`. */
  readonly emulator: Emulator;
  readonly front: Front;
  /** Amity in EU, where server keys are rotated. */
  readonly eu: ScriptedAmity;
  /** Amity in US is reached by this proxy. */
  readonly proxy: TestForwardProxy;
  readonly issuer: Issuer;
  readonly callers: Callers;
  /** The authority that the gateway trusts besides the emulator's. */
  readonly authority: TestAuthority;
  readonly serviceKeys: readonly object[];
  /** The paths of the files that the gateway reads again. */
  readonly files: Files;
}

export type Files = Readonly<Record<"primary" | "secondary" | "serviceKeys" | "cert" | "key" | "ca", string>>;

/** Everything runs while `use` does. */
export async function withWorld(chance: () => number, use: (world: World) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const authority = await createTestAuthority("Soak CA");
  const emulator = await startEmulator({ mtls: true, authTokenLifetimeMs: tokenLifeMs });
  const front = new Front(Number(new URL(emulator.url).port));
  const eu = await ScriptedAmity.start("EU", secrets.euKey, chance);
  const us = await ScriptedAmity.start("US", secrets.usKey, chance, await authority.server([proxiedHost]));
  const files = await writeFiles(folder, emulator, authority);
  await front.open();
  try {
    await withForwardProxy({ ports: { [proxiedHost]: us.port } }, (proxy) =>
      withIssuer({}, async (issuer) => {
        const callers = await Callers.of(issuer);
        const env = { ...limits, ...envOf({ emulator, front, eu, proxy, issuer, callers, files }) };
        const log = new Log(lineCheck([...Object.values(secrets), emulator.serverKey, emulator.apiKey]));
        const gateway = await GatewayProcess.start(env, log);
        const serviceKeys = [serviceKey.entry];
        await use({ chance, gateway, emulator, front, eu, proxy, issuer, callers, authority, serviceKeys, files });
      }),
    );
  } finally {
    await Promise.all([front.close(), eu.close(), us.close(), emulator.close()]);
    await rm(folder, { recursive: true });
  }
}

async function writeFiles(folder: string, emulator: Emulator, { ca }: TestAuthority): Promise<Files> {
  const { cert, key } = await issue(emulator, "first");
  const texts: Readonly<Record<keyof Files, string>> = {
    primary: secrets.euKey,
    secondary: secrets.euSecondary,
    serviceKeys: JSON.stringify([serviceKey.entry]),
    cert,
    key,
    ca: `${emulator.ca}\n${ca}`,
  };
  const names = Object.keys(texts) as (keyof Files)[];
  await Promise.all(names.map((name) => writeFile(join(folder, name), texts[name])));
  return Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Files;
}

type Parts = Pick<World, "emulator" | "front" | "eu" | "proxy" | "issuer" | "callers" | "files">;

function envOf({ emulator, front, eu, proxy, issuer, callers, files }: Parts): Record<string, string> {
  return {
    AMITY_REGION: "eu",
    AMITY_EU_BASE_URL: `http://127.0.0.1:${eu.port}`,
    AMITY_EU_API_KEY: secrets.apiKey,
    AMITY_EU_SERVER_KEY_FILE: files.primary,
    AMITY_EU_SERVER_KEY_SECONDARY_FILE: files.secondary,
    AMITY_SG_BASE_URL: `https://127.0.0.1:${front.port}`,
    AMITY_SG_API_KEY: emulator.apiKey,
    AMITY_SG_SERVER_KEY: emulator.serverKey,
    AMITY_US_BASE_URL: `https://${proxiedHost}`,
    AMITY_US_API_KEY: secrets.apiKey,
    AMITY_US_SERVER_KEY: secrets.usKey,
    AMITY_MTLS_CA_FILE: files.ca,
    AMITY_MTLS_CERT_FILE: files.cert,
    AMITY_MTLS_KEY_FILE: files.key,
    HTTPS_PROXY: proxy.url,
    AUTH_MODE: "jwt,apikey",
    AUTH_JWT_ISSUER: issuer.url,
    AUTH_JWT_AUDIENCE: callers.audience,
    AUTH_API_KEYS_FILE: files.serviceKeys,
    TRUSTED_PROXIES: "127.0.0.1",
  };
}
