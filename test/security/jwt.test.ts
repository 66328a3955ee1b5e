import { createHmac } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { EncryptJWT } from "jose";
import type { Env } from "../../src/config/reader.js";
import { recordingLogger } from "../support/canary.js";
import { manualClock } from "../support/emulator.js";
import { type Answered, type TestGateway, withGateway } from "../support/gateway.js";
import { withIssuer } from "../support/issuer.js";
import {
  type Algorithm,
  audience,
  bearer,
  type Claims,
  claimsOf,
  forgeToken,
  makeKey,
  type SigningKey,
  signatureOf,
  signToken,
} from "../support/tokens.js";
import { always, withUpstream } from "../support/upstream.js";

const nowMs = Date.UTC(2026, 0, 1);
const now = nowMs / 1000;
const skew = 30;

/** Where a gateway has its keys from. */
interface Source {
  readonly name: string;
  readonly alg: Algorithm;
  /** Brings up what the source needs; gives the issuer's name and the settings that name the source. */
  serve(key: SigningKey, use: (issuer: string, settings: Env) => Promise<void>): Promise<void>;
}

const elsewhere = "https://issuer.example";

const sources: Source[] = [
  {
    name: "discovery",
    alg: "RS256",
    serve: (key, use) => withIssuer({ keys: [key] }, ({ url }) => use(url, {})),
  },
  {
    name: "a key set's URL",
    alg: "EdDSA",
    serve: (key, use) => withIssuer({ keys: [key] }, ({ keysUrl }) => use(elsewhere, { AUTH_JWT_JWKS_URL: keysUrl })),
  },
  {
    name: "a fixed key in PEM",
    alg: "RS256",
    serve: (key, use) => use(elsewhere, { AUTH_JWT_PUBLIC_KEY: key.text }),
  },
  {
    name: "a fixed key as a JWK",
    alg: "ES256",
    serve: (key, use) => use(elsewhere, { AUTH_JWT_PUBLIC_KEY: JSON.stringify(key.jwk) }),
  },
  {
    name: "a shared secret",
    alg: "HS256",
    serve: (key, use) => use(elsewhere, { AUTH_JWT_SECRET: key.text }),
  },
];

/** Made once: RSA keys are slow. A source's key is what its gateway trusts; strangers' are well made and not trusted. */
const trusted = new Map<Algorithm, SigningKey>();
const strangers = new Map<Algorithm, SigningKey>();

beforeAll(async () => {
  for (const alg of ["RS256", "ES256", "EdDSA", "HS256"] as const) {
    trusted.set(alg, await makeKey(alg));
    strangers.set(alg, await makeKey(alg));
  }
});

function from(keys: Map<Algorithm, SigningKey>, alg: Algorithm): SigningKey {
  const key = keys.get(alg);
  if (!key) throw new Error("keys are made before the tests");
  return key;
}

/** A gateway with its source, and what one needs to make tokens for it, good or bad. */
interface Scene {
  readonly ask: TestGateway["ask"];
  readonly url: string;
  readonly key: SigningKey;
  readonly stranger: SigningKey;
  readonly issuer: string;
  readonly claims: (more?: Claims) => Claims;
  /** A token of the trusted key. */
  readonly signed: (more?: Claims, header?: object) => Promise<string>;
  /** All that the gateway logged. */
  readonly log: readonly string[];
}

function withScene(source: Source, settings: Env, use: (scene: Scene) => Promise<void>): Promise<void> {
  const key = from(trusted, source.alg);
  return source.serve(key, (issuer, keySettings) => {
    const { lines: log, logger } = recordingLogger();
    const env = {
      AUTH_MODE: "jwt",
      AUTH_JWT_ISSUER: issuer,
      AUTH_JWT_AUDIENCE: `another audience, ${audience}`,
      RATE_LIMIT_FAILED_AUTH: "0",
      RATE_LIMIT_USER: "0",
      SHED_EVENT_LOOP_DELAY_MS: "0",
      ...keySettings,
      ...settings,
    };
    return withGateway({ env, now: manualClock(nowMs).clock, logger }, ({ ask, url }) => {
      const claims = (more?: Claims) => claimsOf(issuer, nowMs, more);
      const signed = (more?: Claims, header?: object) => signToken(key, claims(more), header);
      return use({ ask, url, key, stranger: from(strangers, source.alg), issuer, claims, signed, log });
    });
  });
}

/** Sends the credential with a public and a guarded operation. Both are refused, and nothing of it comes back. */
async function expectRefusal({ ask, log }: Scene, what: string, authorization: string): Promise<void> {
  const parts = authorization.split(/[ .,]/).filter(({ length }) => length >= 8);
  for (const operation of ["{ regions { code } }", "{ authToken { token } }"]) {
    const answered = await ask(operation, {}, { authorization });
    expect({ what, ...outcomeOf(answered) }).toEqual({ what, ...refusal });
    expect(parts.filter((part) => answered.text.includes(part) || log.join().includes(part))).toEqual([]);
  }
}

const refusal = {
  status: 401,
  challenge: 'Bearer error="invalid_token"',
  code: "UNAUTHENTICATED",
  data: undefined,
};

function outcomeOf(answered: Answered): object {
  return {
    status: answered.status,
    challenge: answered.headers.get("www-authenticate"),
    code: answered.body.errors?.[0]?.extensions.code,
    data: answered.body.data,
  };
}

type Forgery = (scene: Scene) => string | Promise<string>;

/** The trusted key's token with another header or payload, rightly signed by hand. */
const byHand =
  (header: object, more: Claims | string | Uint8Array = {}): Forgery =>
  ({ key, claims }) => {
    const payload = typeof more === "string" || more instanceof Uint8Array ? more : claims(more);
    return forgeToken({ alg: key.alg, kid: key.kid, ...header }, payload, (input) => signatureOf(key, input));
  };

const claiming =
  (more: Claims): Forgery =>
  ({ signed }) =>
    signed(more);

/** A stranger's token that claims the trusted key's id unless the header says otherwise. */
const byStranger =
  (header: object): Forgery =>
  ({ stranger, key, claims }) =>
    signToken(stranger, claims(), { kid: key.kid, ...header });

/** The trusted key's token with its signature made into another. */
const resigned =
  (change: (signature: Buffer) => Uint8Array): Forgery =>
  ({ key, claims }) =>
    forgeToken({ alg: key.alg, kid: key.kid }, claims(), (input) => change(signatureOf(key, input)));

/** A token of the trusted key with one of its parts taken from another token of that key. */
const spliced =
  (part: 0 | 1 | 2, more: Claims, header: object = {}): Forgery =>
  async ({ signed }) => {
    const parts = (await signed()).split(".");
    parts[part] = (await signed(more, header)).split(".")[part] ?? "";
    return parts.join(".");
  };

/** The bytes that an attacker may know of the key and try as an HMAC secret. */
const knownBytes = ({ key, stranger }: Scene): string[] =>
  key.alg === "HS256"
    ? ["", "secret", stranger.text, key.kid]
    : [key.text, key.text.trim(), key.text.replaceAll("\n", "\r\n"), JSON.stringify(key.jwk), ""];

const wrongWays = { RS256: "PS256", ES256: "ES256 in DER", HS256: "HS512" } as const;
const otherAlgorithm = { RS256: "ES256", ES256: "EdDSA", EdDSA: "RS256", HS256: "RS256" } as const;

const badTokens: Record<string, Record<string, Forgery>> = {
  "whose alg is not allowed": {
    none: ({ claims }) => forgeToken({ alg: "none" }, claims(), () => Buffer.alloc(0)),
    None: ({ claims }) => forgeToken({ alg: "None" }, claims(), () => Buffer.alloc(0)),
    nOnE: ({ claims }) => forgeToken({ alg: "nOnE" }, claims(), () => Buffer.alloc(0)),
    "none and signed": byHand({ alg: "none" }),
    absent: byHand({ alg: undefined }),
    empty: byHand({ alg: "" }),
    null: byHand({ alg: null }),
    "a list": (scene) => byHand({ alg: [scene.key.alg] })(scene),
    "in lower case": (scene) => byHand({ alg: scene.key.alg.toLowerCase() })(scene),
    __proto__: byHand({ alg: "__proto__" }),
    "another key type's": (scene) => byHand({ alg: otherAlgorithm[scene.key.alg] })(scene),
  },
  "signed another way than alg says": {
    "": ({ key, claims }) => forgeToken({ alg: key.alg, kid: key.kid }, claims(), (input) => wronglySigned(key, input)),
  },
  "signed by another key": {
    "of the same id": byStranger({}),
    "of another id": byStranger({ kid: "key-2" }),
    "without an id": byStranger({ kid: undefined }),
  },
  "without its signature": {
    stripped: resigned(() => Buffer.alloc(0)),
    "stripped with its dot": async ({ signed }) => (await signed()).replace(/\.[^.]*$/, ""),
  },
  "with a damaged signature": {
    half: resigned((signature) => signature.subarray(0, signature.length / 2)),
    double: resigned((signature) => Buffer.concat([signature, signature])),
    zeros: resigned((signature) => Buffer.alloc(signature.length)),
    ones: resigned((signature) => Buffer.alloc(signature.length, 0xff)),
    "one bit": resigned((signature) => signature.fill((signature[9] ?? 0) ^ 1, 9, 10)),
  },
  "put together from two": {
    signature: spliced(2, { sub: "bob" }),
    payload: spliced(1, { sub: "bob" }),
    header: spliced(0, {}, { kid: undefined }),
  },
  "that is encrypted or nested": {
    JWE: ({ claims }) => encrypted(claims()),
    nested: async (scene) => byHand({ cty: "JWT" }, await scene.signed())(scene),
  },
  "without a usable exp": {
    "beyond the skew": claiming({ exp: now - skew }),
    "in 1970": claiming({ exp: 0 }),
    "before time began": claiming({ exp: -1 }),
    absent: claiming({ exp: undefined }),
    "a text": claiming({ exp: String(now + 300) }),
    null: claiming({ exp: null }),
    true: claiming({ exp: true }),
    "a list": claiming({ exp: [now + 300] }),
  },
  "that has not begun": {
    "beyond the skew": claiming({ nbf: now + skew + 1 }),
    "in milliseconds": claiming({ nbf: nowMs }),
    "a text": claiming({ nbf: String(now) }),
    null: claiming({ nbf: null }),
  },
  "issued in the future": {
    "beyond the skew": claiming({ iat: now + skew + 1 }),
    "in milliseconds": claiming({ iat: nowMs }),
    "a text": claiming({ iat: String(now) }),
    null: claiming({ iat: null }),
  },
  "of another issuer": {
    foreign: claiming({ iss: "https://evil.example" }),
    "with a slash": ({ issuer, signed }) => signed({ iss: `${issuer}/` }),
    "in capitals": ({ issuer, signed }) => signed({ iss: issuer.toUpperCase() }),
    "with a longer name": ({ issuer, signed }) => signed({ iss: `${issuer}.evil.example` }),
    "in a list": ({ issuer, signed }) => signed({ iss: [issuer] }),
    empty: claiming({ iss: "" }),
    null: claiming({ iss: null }),
    absent: claiming({ iss: undefined }),
  },
  "made for another audience": {
    foreign: claiming({ aud: "another app" }),
    "a part of ours": claiming({ aud: audience.slice(0, -1) }),
    "the whole list in a text": claiming({ aud: `another audience, ${audience}` }),
    "a list without ours": claiming({ aud: ["another app", ""] }),
    "a list in a list": claiming({ aud: [[audience]] }),
    "an object": claiming({ aud: { [audience]: audience } }),
    "an empty list": claiming({ aud: [] }),
    null: claiming({ aud: null }),
    absent: claiming({ aud: undefined }),
  },
  "without a usable sub": {
    absent: claiming({ sub: undefined }),
    null: claiming({ sub: null }),
    "a number": claiming({ sub: 42 }),
    true: claiming({ sub: true }),
    "an object": claiming({ sub: { id: "alice" } }),
    "a list": claiming({ sub: ["alice"] }),
    empty: claiming({ sub: "" }),
    "a tab": claiming({ sub: "\t" }),
    "a line end in it": claiming({ sub: "alice\n" }),
    "NUL in it": claiming({ sub: "alice\u0000" }),
    "101 characters": claiming({ sub: "a".repeat(101) }),
    "half a character": claiming({ sub: "alice\ud83d" }),
  },
  "bound to another proof": {
    "a certificate": claiming({ cnf: { "x5t#S256": "AAAA" } }),
    "a key": claiming({ cnf: { jkt: "AAAA" } }),
    nothing: claiming({ cnf: null }),
  },
  "with extensions it calls critical": {
    unknown: byHand({ crit: ["evil"], evil: true }),
    none: byHand({ crit: [] }),
    true: byHand({ crit: true }),
    "a registered name": byHand({ crit: ["exp"], exp: now + 300 }),
    "b64 false": byHand({ crit: ["b64"], b64: false }),
    "b64 false and a bare payload": bare,
  },
  "whose payload is no object": {
    "a list": byHand({}, "[]"),
    null: byHand({}, "null"),
    "a text": byHand({}, '"alice"'),
    nothing: byHand({}, ""),
    "not JSON": byHand({}, "{sub:alice}"),
    "not UTF-8": byHand({}, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])),
    "two objects": (scene) => byHand({}, `{}${JSON.stringify(scene.claims())}`)(scene),
    "deeper than a stack": byHand({}, "[".repeat(5_000)),
  },
  "whose header is no object": {
    "a list": ({ key, claims }) => forgeToken([], claims(), (input) => signatureOf(key, input)),
    null: ({ key, claims }) => forgeToken(null, claims(), (input) => signatureOf(key, input)),
    "not JSON": ({ key, claims }) => forgeToken("{", claims(), (input) => signatureOf(key, input)),
  },
  "of more than 8,192 characters": {
    "in its payload": claiming({ pad: "x".repeat(6_200) }),
    "in its kid": ({ signed }) => signed({}, { kid: "k".repeat(10_000) }),
  },
  "of another key with a hostile kid": {
    "a path": byStranger({ kid: "../../../../dev/null" }),
    SQL: byStranger({ kid: "x' UNION SELECT 'secret' --" }),
    "a command": byStranger({ kid: "key-1|/usr/bin/id" }),
    __proto__: byStranger({ kid: "__proto__" }),
    long: byStranger({ kid: "k".repeat(5_000) }),
    "a number": byStranger({ kid: 1 }),
    "an object": byStranger({ kid: { $ne: "" } }),
    empty: byStranger({ kid: "" }),
  },
  "that is not a JWT": {
    dots: () => "..",
    "more dots": () => "....",
    "empty objects": () => "e30.e30.e30",
    garbage: () => "garbage-garbage-garbage",
    "not base64url": async ({ signed }) => (await signed()).replace(".", ".*"),
    "a fourth part": async ({ signed }) => `${await signed()}.AAAA`,
    "beyond ASCII": async ({ signed }) => `${await signed()}\u00e9`,
    "JSON form": async ({ signed }) => {
      const [header, payload, signature] = (await signed()).split(".");
      return JSON.stringify({ protected: header, payload, signature });
    },
  },
};

function encrypted(claims: Claims): Promise<string> {
  return new EncryptJWT({ ...claims }).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(new Uint8Array(32));
}

function wronglySigned(key: SigningKey, input: string): Buffer {
  // EdDSA has no second way.
  return key.alg === "EdDSA" ? hmac(key.text, input) : signatureOf(key, input, wrongWays[key.alg]);
}

/** RFC 7797: the payload stands in the token as it is. */
function bare({ key }: Scene): string {
  const header = Buffer.from(JSON.stringify({ alg: key.alg, crit: ["b64"], b64: false })).toString("base64url");
  const input = `${header}.{}`;
  return `${input}.${signatureOf(key, input).toString("base64url")}`;
}

describe.each(sources)("with keys from $name, a token", (source) => {
  test("names the user of an auth token", async () => {
    await withScene(source, {}, async ({ ask, signed }) => {
      const { status, body } = await ask("{ authToken { userId } }", {}, bearer(await signed()));
      expect([status, body]).toEqual([200, { data: { authToken: { userId: "alice" } } }]);
    });
  });

  test("names the user of a session", async () => {
    await withScene(source, {}, async ({ ask, signed }) => {
      const operation = 'mutation { createSession(input: { deviceId: "d" }) { userId } }';
      const { status, body } = await ask(operation, {}, bearer(await signed({ sub: "bob" })));
      expect([status, body]).toEqual([200, { data: { createSession: { userId: "bob" } } }]);
    });
  });

  test.each(Object.entries(badTokens))("%s is refused", async (_what, forgeries) => {
    await withScene(source, {}, async (scene) => {
      for (const [variant, forge] of Object.entries(forgeries)) {
        await expectRefusal(scene, variant, `Bearer ${await forge(scene)}`);
      }
    });
  });

  test("cannot be an HMAC over known bytes", async () => {
    await withScene(source, {}, async (scene) => {
      for (const bytes of knownBytes(scene)) {
        const token = forgeToken({ alg: "HS256", kid: scene.key.kid }, scene.claims(), (input) => hmac(bytes, input));
        await expectRefusal(scene, bytes.slice(0, 20), `Bearer ${token}`);
      }
    });
  });

  test("cannot bring or point to its own key", async () => {
    await withUpstream(always(200, "{}"), async ({ url, seen }) => {
      await withScene(source, {}, async (scene) => {
        const { stranger } = scene;
        for (const [variant, header] of Object.entries({
          jku: { jku: `${url}/jku` },
          x5u: { x5u: `${url}/x5u` },
          jwk: { jwk: stranger.jwk },
          x5c: { x5c: ["AAAA"] },
          kid: { kid: `${url}/kid` },
          all: { iss: url, jku: `${url}/jku`, x5u: `${url}/x5u`, jwk: stranger.jwk },
        })) {
          await expectRefusal(scene, variant, `Bearer ${await byStranger(header)(scene)}`);
        }
      });
      expect(seen).toEqual([]);
    });
  });
});

function hmac(secret: string, input: string): Buffer {
  return createHmac("sha256", secret).update(input).digest();
}
