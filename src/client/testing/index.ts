/**
 * `amity-graphql-client/testing`: a gateway and an emulator of Amity for an app's tests, under any test runner. Needs
 * Node.js and the package amity-graphql.
 */
import { spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { systemPlatform } from "../platform.js";

export interface TestGatewayOptions {
  /** More of the gateway's settings, such as CORS_ORIGINS for a page in a browser. */
  readonly env?: Readonly<Record<string, string>>;
  /** The emulator's options: EmulatorOptions of amity-graphql/emulator. */
  readonly emulator?: Readonly<Record<string, unknown>>;
}

/** The emulator that plays Amity, and its keys. */
export interface TestEmulator {
  readonly url: string;
  readonly apiKey: string;
  readonly serverKey: string;
  readonly adminToken: string;
}

export interface TestGateway {
  /** For `createAmityAuth`. */
  readonly endpoint: string;
  readonly emulator: TestEmulator;
  /** For `getCredentials`: what the app's own sign-in would give this user, good for an hour. */
  credentials(userId: string): string;
  /** Forgetting it does no harm: what was started ends with the process that started it. */
  stop(): Promise<void>;
}

const issuer = "https://sign-in.test/";
const audience = "https://gateway.test";
const lifeSeconds = 3_600;

/**
 * Starts both on free ports of loopback. They run in a process of their own: Jest's module loader cannot load them, and
 * a test's fake timers do not reach them. Rejects when a setting is wrong or amity-graphql is not installed.
 */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const secret = randomBytes(32).toString("base64url");
  const env = {
    PORT: "0",
    AMITY_REGION: "sg",
    AUTH_MODE: "jwt",
    AUTH_JWT_SECRET: secret,
    AUTH_JWT_ISSUER: issuer,
    AUTH_JWT_AUDIENCE: audience,
    // A busy machine is no reason to refuse a test's request.
    SHED_EVENT_LOOP_DELAY_MS: "0",
    ...options.env,
  };
  const { started, stop } = await startProcess({ env, emulator: options.emulator ?? {} });
  return { ...started, credentials: (userId) => `Bearer ${signToken(secret, userId)}`, stop };
}

/** Amity's SDK, as far as it is used here. */
interface Sdk<SdkClient> {
  createClient(apiKey: string, region: "sg", config: { apiEndpoint: { http: string }; rteEnabled: boolean }): SdkClient;
}

/**
 * Makes the SDK's client for the emulator; give it the SDK's `Client`. SDK 6.35.3 fails on each answer under Node
 * without the adapter that is set here: it reads response.request.url, which axios' Node adapter does not have.
 */
export function connectSdk<SdkClient>(sdk: Sdk<SdkClient>, { emulator }: Pick<TestGateway, "emulator">): SdkClient {
  const client = sdk.createClient(emulator.apiKey, "sg", { apiEndpoint: { http: emulator.url }, rteEnabled: false });
  const { http } = client as { http?: { defaults: { adapter?: unknown } } };
  if (http) http.defaults.adapter = "fetch";
  return client;
}

async function startProcess(options: object) {
  const script = createRequire(import.meta.url).resolve("./testing-gateway.mjs");
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.stdin.write(`${JSON.stringify(options)}\n`);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject);
    ended.then(() => reject(new Error("the process of the test gateway ended")), reject);
  });
  const started: Pick<TestGateway, "endpoint" | "emulator"> & { readonly problem?: string } = JSON.parse(line);
  const stop = () => {
    child.stdin.end();
    return ended;
  };
  if (started.problem !== undefined) {
    await stop();
    throw new Error(started.problem);
  }
  // Nothing of it keeps a test runner from ending.
  child.unref();
  for (const stream of [child.stdin, child.stdout]) (stream as { unref?(): void }).unref?.();
  return { started: { endpoint: started.endpoint, emulator: started.emulator }, stop };
}

function signToken(secret: string, userId: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(systemPlatform.now() / 1_000);
  const claims = { iss: issuer, aud: audience, sub: userId, iat, exp: iat + lifeSeconds };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
