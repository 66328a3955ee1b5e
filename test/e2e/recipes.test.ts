import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { loadConfig } from "../../src/config/config.js";
import type { Env } from "../../src/config/reader.js";
import { errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { always, type Upstream, withUpstream } from "../support/upstream.js";

type Settings = Readonly<Record<string, string>>;
/** Claims to put in the place of others; undefined removes one. */
type Claims = Readonly<Record<string, unknown>>;

/** What a provider's tokens look like, written after its documentation. */
interface Provider {
  /** The recipe's heading in docs/security.md. */
  readonly name: string;
  readonly header: Readonly<Record<string, string>>;
  /** The user whom the gateway must see. */
  readonly userId: string;
  /** The claims of the token that the recipe asks for, without its times. */
  claims(settings: Settings): JWTPayload;
  /** What changes in tokens that the same keys sign for others. */
  readonly others: readonly (readonly [string, Claims])[];
  /** Where the keys are, below the issuer's host; absent: there is a shared secret. */
  readonly jwksPath?: string;
  /** The issuer's path, when its discovery document must be served. */
  readonly discoveryBelow?: string;
}

const minute = 60;
const hour = 60 * minute;
const now = () => Math.floor(Date.now() / 1000);

const providers: readonly Provider[] = [
  {
    name: "Auth0",
    header: { alg: "RS256", typ: "JWT", kid: "kid-1" },
    userId: "auth0|65f1c0ffee5eed0123456789",
    jwksPath: "/.well-known/jwks.json",
    discoveryBelow: "",
    claims: ({ AUTH_JWT_ISSUER: iss = "", AUTH_JWT_AUDIENCE: aud = "" }) => ({
      iss,
      sub: "auth0|65f1c0ffee5eed0123456789",
      aud: [aud, `${iss}userinfo`],
      scope: "openid profile email",
      azp: "Xk9sVbq2mGp0LwZr7TnYc4HdJfA1eUoS",
      permissions: ["read:messages"],
      "https://app.example/roles": ["member"],
    }),
    others: [
      ["its ID token", { aud: "Xk9sVbq2mGp0LwZr7TnYc4HdJfA1eUoS", nonce: "n-0S6_WzA2Mj", sid: "s-1" }],
      ["another API's token", { aud: ["https://billing.example"] }],
    ],
  },
  {
    name: "Amazon Cognito",
    header: { kid: "kid-1", alg: "RS256" },
    userId: "a2b4f8d0-1c3e-4f5a-9b7d-0e1f2a3b4c5d",
    jwksPath: "/eu-west-1_Ab1Cd2Ef3/.well-known/jwks.json",
    discoveryBelow: "/eu-west-1_Ab1Cd2Ef3",
    claims: ({ AUTH_JWT_ISSUER: iss = "", AUTH_JWT_AUDIENCE: aud = "" }) => ({
      sub: "a2b4f8d0-1c3e-4f5a-9b7d-0e1f2a3b4c5d",
      "cognito:groups": ["members"],
      email_verified: true,
      iss,
      "cognito:username": "alice",
      origin_jti: "6e1f2d3c-0000-4000-8000-000000000001",
      aud,
      event_id: "6e1f2d3c-0000-4000-8000-000000000002",
      token_use: "id",
      auth_time: now() - minute,
      jti: "6e1f2d3c-0000-4000-8000-000000000003",
      email: "alice@example.com",
    }),
    others: [
      [
        "its access token",
        { aud: undefined, client_id: "4h57example8client9id0abcde", token_use: "access", username: "alice" },
      ],
      ["another app client's token", { aud: "1other2client3id4example5" }],
    ],
  },
  {
    name: "Firebase Authentication",
    header: { alg: "RS256", kid: "kid-1", typ: "JWT" },
    userId: "Zx3cVbN8mQwErTyUiOpAsDfGhJk1",
    jwksPath: "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
    claims: ({ AUTH_JWT_ISSUER: iss = "", AUTH_JWT_AUDIENCE: aud = "" }) => ({
      name: "Alice",
      picture: "https://images.example/alice.png",
      iss,
      aud,
      auth_time: now() - minute,
      user_id: "Zx3cVbN8mQwErTyUiOpAsDfGhJk1",
      sub: "Zx3cVbN8mQwErTyUiOpAsDfGhJk1",
      email: "alice@example.com",
      email_verified: true,
      firebase: { identities: { email: ["alice@example.com"] }, sign_in_provider: "password" },
    }),
    others: [
      ["another project's token", { iss: "https://securetoken.google.com/other", aud: "other" }],
      ["another audience's token", { aud: "other" }],
      ["its session cookie", { iss: "https://session.firebase.google.com/my-project" }],
    ],
  },
  {
    name: "Keycloak",
    header: { alg: "RS256", typ: "JWT", kid: "kid-1" },
    userId: "f3b1c2d4-5e6f-4a7b-8c9d-0a1b2c3d4e5f",
    jwksPath: "/realms/main/protocol/openid-connect/certs",
    discoveryBelow: "/realms/main",
    claims: ({ AUTH_JWT_ISSUER: iss = "", AUTH_JWT_AUDIENCE: aud = "" }) => ({
      jti: "onrtac:5b8f7f6e-0000-4000-8000-000000000001",
      iss,
      aud: [aud, "account"],
      sub: "f3b1c2d4-5e6f-4a7b-8c9d-0a1b2c3d4e5f",
      typ: "Bearer",
      azp: "web-app",
      sid: "5b8f7f6e-0000-4000-8000-000000000002",
      acr: "1",
      "allowed-origins": ["https://app.example.com"],
      realm_access: { roles: ["offline_access", "uma_authorization", "default-roles-main"] },
      resource_access: { account: { roles: ["manage-account", "view-profile"] } },
      scope: "openid profile email",
      email_verified: true,
      name: "Alice Example",
      preferred_username: "alice",
      email: "alice@example.com",
    }),
    others: [
      ["a token without the audience mapper", { aud: "account" }],
      ["its ID token", { aud: "web-app", typ: "ID" }],
    ],
  },
  {
    name: "A home-made backend with HS256",
    header: { alg: "HS256" },
    userId: "alice",
    claims: ({ AUTH_JWT_ISSUER: iss = "", AUTH_JWT_AUDIENCE: aud = "" }) => ({ iss, aud, sub: "alice" }),
    others: [
      ["another service's token", { aud: "billing" }],
      ["a token without audience", { aud: undefined }],
    ],
  },
];

const document = await readFile(new URL("../../docs/security.md", import.meta.url), "utf8");
const secret = "dGhpcyBpcyBhIHRlc3Qgc2VjcmV0IG9mIG1vcmUgdGhhbiAzMiBieXRlcw==";
const keyPair = await generateKeyPair("RS256");
const publicKeys = await describePublicKeys();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("docs/security.md", () => {
  test("has one recipe for each provider tested", () => {
    expect(headingsBelow("Recipes")).toEqual(providers.map(({ name }) => name));
  });

  test("names sources and tests that exist", async () => {
    const rows = sectionOf("Promises")
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2);
    const paths = rows.flatMap((row) => {
      const [, , code = "", tests = ""] = row.split("|");
      // A file of types is compiled, not run: it is named with its ending.
      const files = namesIn(tests).map((name) => (name.endsWith(".ts") ? name : `${name}.test.ts`));
      return [...namesIn(code).map((name) => `src/${name}`), ...files.map((name) => `test/${name}`)];
    });
    expect(paths.length).toBeGreaterThan(2 * rows.length - 1);
    for (const path of paths) await access(new URL(`../../${path}`, import.meta.url));
  });

  test("shows no settings that are refused or misspelt", () => {
    const network: Env = { AMITY_EU_API_KEY: "api", AMITY_EU_SERVER_KEY: "server" };
    const blocks = settingsBlocks(document);
    expect(blocks.length).toBeGreaterThan(providers.length);
    for (const block of blocks) {
      const isWhole = Object.keys(block).some((name) => name.startsWith("AMITY_"));
      const file = (path: string) => (path.endsWith(".json") ? "[]" : secret);
      const { problems, warnings } = loadConfig({ ...(!isWhole && network), ...block }, file);
      expect([problems, warnings]).toEqual([[], []]);
    }
  });
});

describe.each(providers.map((provider) => [provider.name, provider] as const))(
  "the recipe for %s",
  (_name, provider) => {
    test("gives the token's user an auth token", async () => {
      await withRecipe(provider, async ({ gateway, upstream, sign }) => {
        const { status, body } = await ask(gateway, "{ authToken { userId token } }", await sign());
        expect([status, body.data]).toEqual([200, { authToken: { userId: provider.userId, token: "token-1" } }]);
        expect(upstream.seen.map((request) => JSON.parse(request.body))).toEqual([{ userId: provider.userId }]);
      });
    });

    test.each(provider.others)("answers %s with 401", async (_what, changes) => {
      await withRecipe(provider, async ({ gateway, upstream, sign }) => {
        const answered = await ask(gateway, "{ authToken { token } }", await sign(changes));
        expect([answered.status, errorOf(answered).extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
        expect(upstream.seen).toEqual([]);
      });
    });

    test("forbids its user another user's id", async () => {
      await withRecipe(provider, async ({ gateway, upstream, sign }) => {
        const answered = await ask(gateway, '{ authToken(userId: "bob") { token } }', await sign());
        expect([answered.status, errorOf(answered).extensions.code]).toEqual([403, "FORBIDDEN"]);
        expect(upstream.seen).toEqual([]);
      });
    });
  },
);

interface Recipe {
  readonly gateway: TestGateway;
  /** Amity's place. */
  readonly upstream: Upstream;
  /** A token in the provider's shape. */
  sign(changes?: Claims): Promise<string>;
}

/** A gateway with the document's own settings, its provider played on loopback. */
async function withRecipe(provider: Provider, use: (recipe: Recipe) => Promise<void>): Promise<void> {
  const [printed] = settingsBlocks(sectionOf(provider.name));
  if (!printed) throw new Error(`no settings for ${provider.name}`);
  await withProvider(provider, async (origin) => {
    const settings = await moveToLoopback(printed, origin);
    const sign = (changes: Claims = {}) => signToken(provider, { ...provider.claims(settings), ...changes });
    await withUpstream(always(200, '"token-1"'), async (upstream) => {
      await withGateway({ env: { ...regionAt(upstream.url), ...settings } }, (gateway) =>
        use({ gateway, upstream, sign }),
      );
    });
  });
}

/** Replaces the host of the one URL that is fetched, and the place of the one file; all else stays as printed. */
async function moveToLoopback(settings: Settings, origin: string): Promise<Settings> {
  const { AUTH_JWT_JWKS_URL, AUTH_JWT_SECRET_FILE } = settings;
  if (AUTH_JWT_SECRET_FILE !== undefined) {
    const path = join(folder, "secret");
    await writeFile(path, `${secret}\n`);
    return { ...settings, AUTH_JWT_SECRET_FILE: path };
  }
  const fetched = AUTH_JWT_JWKS_URL === undefined ? "AUTH_JWT_ISSUER" : "AUTH_JWT_JWKS_URL";
  return { ...settings, [fetched]: (settings[fetched] ?? "").replace(/^https:\/\/[^/]+/, origin) };
}

/** Serves the provider's discovery document and keys, and nothing else. */
async function withProvider(
  { jwksPath, discoveryBelow }: Provider,
  use: (origin: string) => Promise<void>,
): Promise<void> {
  const server = createServer(({ url }, response) => {
    const origin = originOf(server.address() as AddressInfo);
    const documents: Readonly<Record<string, unknown>> = {
      ...(jwksPath !== undefined && { [jwksPath]: { keys: publicKeys } }),
      ...(discoveryBelow !== undefined && {
        [`${discoveryBelow}/.well-known/openid-configuration`]: {
          // Auth0's issuer ends in a slash, and nobody else's does.
          issuer: `${origin}${discoveryBelow || "/"}`,
          jwks_uri: `${origin}${jwksPath}`,
          id_token_signing_alg_values_supported: ["RS256"],
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
        },
      }),
    };
    const found = documents[url ?? ""];
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(originOf(server.address() as AddressInfo));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function originOf({ port }: AddressInfo): string {
  return `http://127.0.0.1:${port}`;
}

/** Providers publish several keys; Keycloak's are also for encryption. */
async function describePublicKeys(): Promise<JWK[]> {
  const [current, next] = await Promise.all([exportJWK(keyPair.publicKey), generateKeyPair("RS256")]);
  const other = await exportJWK(next.publicKey);
  return [
    { ...other, kid: "kid-0", use: "sig", alg: "RS256" },
    { ...current, kid: "kid-1", use: "sig", alg: "RS256" },
    { ...other, kid: "kid-2", use: "enc", alg: "RSA-OAEP" },
  ];
}

function signToken({ header, jwksPath }: Provider, claims: JWTPayload): Promise<string> {
  const { alg = "", ...rest } = header;
  return new SignJWT({ iat: now(), exp: now() + hour, ...claims })
    .setProtectedHeader({ alg, ...rest })
    .sign(jwksPath === undefined ? Buffer.from(secret) : keyPair.privateKey);
}

function ask({ ask }: TestGateway, query: string, token: string) {
  return ask(query, {}, { authorization: `Bearer ${token}` });
}

/** The text between a heading of docs/security.md and the next of any level. */
function sectionOf(heading: string): string {
  const [, section] = document.split(new RegExp(`^#+ ${heading}$`, "m"));
  return section?.split(/^#+ /m, 1)[0] ?? "";
}

function headingsBelow(heading: string): string[] {
  const [, section = ""] = document.split(new RegExp(`^## ${heading}$`, "m"));
  return [...(section.split(/^## /m, 1)[0] ?? "").matchAll(/^### (.+)$/gm)].map(([, name = ""]) => name);
}

/** The names in back quotes. */
function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

/** Every ```sh fence that holds nothing but NAME=value lines. */
function settingsBlocks(markdown: string): Settings[] {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, text = ""]) => {
    const lines = text.trim().split("\n");
    const pairs = lines.flatMap((line) => [...line.matchAll(/^([A-Z_]+)=(.*)$/g)]);
    const settings = Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
    return pairs.length === lines.length ? [settings] : [];
  });
}
