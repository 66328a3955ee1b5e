import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { EncryptJWT } from "jose";
import type { Env } from "../../src/config/reader.js";
import { testClock } from "../support/clock.js";
import { type Answered, errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";
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

/** For tests in which nothing must be sent: an Amity where nobody listens. */
const nowhere = regionAt("http://127.0.0.1:9");

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

/** Made once: RSA keys are slow. A source's key is what its gateway trusts; strangers' are well made, not trusted. */
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
  readonly logged: readonly string[];
}

function withScene(source: Source, settings: Env, use: (scene: Scene) => Promise<void>): Promise<void> {
  const key = from(trusted, source.alg);
  return source.serve(key, (issuer, keySettings) => {
    const env = jwtSettings(issuer, { ...keySettings, ...settings });
    return withGateway({ env, ...testClock(nowMs) }, ({ ask, url, logged }) => {
      const claims = (more?: Claims) => claimsOf(issuer, nowMs, more);
      const signed = (more?: Claims, header?: object) => signToken(key, claims(more), header);
      return use({ ask, url, key, stranger: from(strangers, source.alg), issuer, claims, signed, logged });
    });
  });
}

function jwtSettings(issuer: string, more: Env): Env {
  return {
    AUTH_MODE: "jwt",
    AUTH_JWT_ISSUER: issuer,
    AUTH_JWT_AUDIENCE: `another audience, ${audience}`,
    RATE_LIMIT_FAILED_AUTH: "0",
    RATE_LIMIT_USER: "0",
    ...more,
  };
}

/** Sends the credential with an operation that needs none. It is refused even so, and nothing of it comes back. */
async function expectRefusal(
  { ask, logged }: Scene,
  what: string,
  authorization: string,
  operation = "{ regions { code } }",
) {
  const parts = authorization.split(/[ .,]/).filter(({ length }) => length >= 8);
  const answered = await ask(operation, {}, { authorization });
  // An expired token alone is told of, and only where its signature is right (RFC 6750, 3).
  const said = logged.findLast((line) => line.includes("credential refused"));
  const isExpired = said?.includes("ERR_JWT_EXPIRED");
  const challenge = isExpired ? `${refusal.challenge}, ${expired}` : refusal.challenge;
  expect({ what, ...outcomeOf(answered) }).toEqual({ what, ...refusal, challenge });
  expect(parts.filter((part) => answered.text.includes(part) || logged.join().includes(part))).toEqual([]);
}

const expired = 'error_description="The access token expired"';
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
    "a prototype's name": byHand({ alg: "__proto__" }),
    "another key type's": (scene) => byHand({ alg: otherAlgorithm[scene.key.alg] })(scene),
  },
  "that the key did not sign": {
    "its family's other way": ({ key, claims }) =>
      forgeToken({ alg: key.alg, kid: key.kid }, claims(), (input) => wronglySigned(key, input)),
    "by another key of the same id": byStranger({}),
    "by another key of another id": byStranger({ kid: "key-2" }),
    "by another key without an id": byStranger({ kid: undefined }),
    stripped: resigned(() => Buffer.alloc(0)),
    "stripped with its dot": async ({ signed }) => (await signed()).replace(/\.[^.]*$/, ""),
    half: resigned((signature) => signature.subarray(0, signature.length / 2)),
    double: resigned((signature) => Buffer.concat([signature, signature])),
    zeros: resigned((signature) => Buffer.alloc(signature.length)),
    ones: resigned((signature) => Buffer.alloc(signature.length, 0xff)),
    "one bit": resigned((signature) => signature.fill((signature[9] ?? 0) ^ 1, 9, 10)),
    "another's": spliced(2, { sub: "bob" }),
    "under another payload": spliced(1, { sub: "bob" }),
    "under another header": spliced(0, {}, { kid: undefined }),
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
    "after all time": claiming({ exp: 1e308 }),
  },
  "that comes from the future": {
    "nbf beyond the skew": claiming({ nbf: now + skew + 1 }),
    "nbf in milliseconds": claiming({ nbf: nowMs }),
    "nbf in a text": claiming({ nbf: String(now) }),
    "nbf null": claiming({ nbf: null }),
    "iat beyond the skew": claiming({ iat: now + skew + 1 }),
    "iat in milliseconds": claiming({ iat: nowMs }),
    "iat in a text": claiming({ iat: String(now) }),
    "iat null": claiming({ iat: null }),
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
    "a number with a fraction": claiming({ sub: 42.5 }),
    "a number that loses digits": claiming({ sub: 2 ** 53 }),
    "blanks only": claiming({ sub: " \u3000" }),
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
  "that names something twice": {
    "its user": (scene) => byHand({}, JSON.stringify(scene.claims()).replace("{", '{"sub":"bob",'))(scene),
    "its end": (scene) => byHand({}, JSON.stringify(scene.claims()).replace("}", ',"ex\\u0070":9999999999}'))(scene),
  },
  "that asks for more than we know": {
    "proof of a certificate": claiming({ cnf: { "x5t#S256": "AAAA" } }),
    "proof of a key": claiming({ cnf: { jkt: "AAAA" } }),
    "proof of nothing": claiming({ cnf: null }),
    "an unknown extension": byHand({ crit: ["evil"], evil: true }),
    "no extension": byHand({ crit: [] }),
    "crit that is no list": byHand({ crit: true }),
    "exp as an extension": byHand({ crit: ["exp"], exp: now + 300 }),
    "b64 false": byHand({ crit: ["b64"], b64: false }),
    "b64 false and a bare payload": bare,
  },
  "that is no signed JWT": {
    "a list": byHand({}, "[]"),
    null: byHand({}, "null"),
    "a text": byHand({}, '"alice"'),
    nothing: byHand({}, ""),
    "not JSON": byHand({}, "{sub:alice}"),
    "not UTF-8": byHand({}, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])),
    "two objects": (scene) => byHand({}, `{}${JSON.stringify(scene.claims())}`)(scene),
    "deeper than a stack": byHand({}, "[".repeat(5_000)),
    "a list as header": ({ key, claims }) => forgeToken([], claims(), (input) => signatureOf(key, input)),
    "null as header": ({ key, claims }) => forgeToken(null, claims(), (input) => signatureOf(key, input)),
    "a header that is not JSON": ({ key, claims }) => forgeToken("{", claims(), (input) => signatureOf(key, input)),
    "two dots": () => "..",
    "four dots": () => "....",
    "empty objects": () => "e30.e30.e30",
    garbage: () => "garbage-garbage-garbage",
    "not base64url": async ({ signed }) => (await signed()).replace(".", ".*"),
    "a fourth part": async ({ signed }) => `${await signed()}.AAAA`,
    "beyond ASCII": async ({ signed }) => `${await signed()}\u00e9`,
    "JSON form": async ({ signed }) => {
      const [header, payload, signature] = (await signed()).split(".");
      return JSON.stringify({ protected: header, payload, signature });
    },
    JWE: ({ claims }) => encrypted(claims()),
    nested: async (scene) => byHand({ cty: "JWT" }, await scene.signed())(scene),
  },
  "of more than 8,192 characters": {
    "in its payload": claiming({ pad: "x".repeat(6_200) }),
    "in its kid": ({ signed }) => signed({}, { kid: "k".repeat(10_000) }),
  },
  "of another key with a hostile kid": {
    "a path": byStranger({ kid: "../../../../dev/null" }),
    SQL: byStranger({ kid: "x' UNION SELECT 'secret' --" }),
    "a command": byStranger({ kid: "key-1|/usr/bin/id" }),
    "a prototype's name": byStranger({ kid: "__proto__" }),
    long: byStranger({ kid: "k".repeat(5_000) }),
    "a number": byStranger({ kid: 1 }),
    "an object": byStranger({ kid: { $ne: "" } }),
    empty: byStranger({ kid: "" }),
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

  test.each(Object.entries(badTokens))("%s is refused", async (_what, forgeries) => {
    await withScene(source, nowhere, async (scene) => {
      for (const [variant, forge] of Object.entries(forgeries)) {
        await expectRefusal(scene, variant, `Bearer ${await forge(scene)}`);
      }
    });
  });

  test("that is refused stops every operation", async () => {
    await withScene(source, {}, async (scene) => {
      const { authorization } = bearer(await byStranger({})(scene));
      for (const operation of [
        "{ __typename }",
        "{ region(code: EU) { code } }",
        "{ authToken { token } }",
        '{ authToken(userId: "alice") { token } }',
        "{ __schema { queryType { name } } }",
        "{ __typename regions { code } __typename }",
        'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { accessToken } }',
      ]) {
        await expectRefusal(scene, operation, authorization, operation);
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

const secret: Source = {
  name: "a shared secret",
  alg: "HS256",
  serve: (key, use) => use(elsewhere, { AUTH_JWT_SECRET: key.text }),
};

async function userOf({ ask }: Scene, token: string): Promise<unknown> {
  return (await ask("{ authToken { userId } }", {}, bearer(token))).body.data?.authToken.userId;
}

describe("a good token", () => {
  const good: Record<string, Record<string, Forgery>> = {
    "for one of the audiences": {
      "in a list with others": claiming({ aud: ["another app", audience] }),
      "the other one": claiming({ aud: "another audience" }),
    },
    "within its time": {
      "expired within the skew": claiming({ exp: now - skew + 1 }),
      "begins within the skew": claiming({ nbf: now + skew }),
      "issued within the skew": claiming({ iat: now + skew }),
      "in fractions of a second": claiming({ iat: now - 0.5, exp: now + 0.5 }),
      "until the year 9999": claiming({ exp: 253_402_300_799 }),
      "with exp in milliseconds, which is far away": claiming({ exp: nowMs + 300_000 }),
      "old, with no greatest age": claiming({ iat: 0 }),
      "without iat": claiming({ iat: undefined }),
    },
    "with little in its header": {
      "no kid": ({ signed }) => signed({}, { kid: undefined }),
      "no typ": ({ signed }) => signed({}, { typ: undefined }),
      "any typ": ({ signed }) => signed({}, { typ: "anything" }),
    },
  };
  test.each(Object.entries(good))("%s is accepted", async (_what, tokens) => {
    await withScene(secret, {}, async (scene) => {
      for (const [variant, make] of Object.entries(tokens)) {
        expect([variant, await userOf(scene, await make(scene))]).toEqual([variant, "alice"]);
      }
    });
  });

  test.each(["at+jwt", "AT+JWT", "application/at+jwt"])("of the wanted typ as %s is accepted", async (typ) => {
    await withScene(secret, { AUTH_JWT_TYP: "at+jwt" }, async (scene) => {
      expect(await userOf(scene, await scene.signed({}, { typ }))).toBe("alice");
    });
  });

  test("just young enough is accepted", async () => {
    await withScene(secret, { AUTH_JWT_MAX_AGE_S: "60" }, async (scene) => {
      expect(await userOf(scene, await scene.signed({ iat: now - 60 - skew }))).toBe("alice");
    });
  });

  test("may have 8,192 characters and no more", async () => {
    await withScene(secret, {}, async (scene) => {
      const padded = async (more: number) => scene.signed({ pad: "x".repeat(6_000 + more) });
      const missing = Math.floor(((8_192 - (await padded(0)).length) * 3) / 4);
      const longest = await padded(missing);
      expect(longest.length).toBeGreaterThan(8_189);
      expect(await userOf(scene, longest)).toBe("alice");
      expect(await userOf(scene, await padded(missing + 3))).toBeUndefined();
    });
  });

  test("carries hostile user ids exactly", async () => {
    await withScene(secret, {}, async (scene) => {
      for (const sub of [...hostileIds, "👩".repeat(50), "constructor", "\u00e9"]) {
        expect(await userOf(scene, await scene.signed({ sub }))).toBe(sub);
      }
    });
  });

  test("may number its user", async () => {
    await withScene(secret, {}, async (scene) => {
      expect(await userOf(scene, await scene.signed({ sub: 42 }))).toBe("42");
      const { body } = await scene.ask(
        '{ authToken(userId: "42") { userId } }',
        {},
        bearer(await scene.signed({ sub: 42 })),
      );
      expect(body.data.authToken.userId).toBe("42");
    });
  });

  test("opens its user's session", async () => {
    await withScene(secret, {}, async ({ ask, signed }) => {
      const operation = 'mutation { createSession(input: { deviceId: "d" }) { userId } }';
      const { status, body } = await ask(operation, {}, bearer(await signed({ sub: "bob" })));
      expect([status, body]).toEqual([200, { data: { createSession: { userId: "bob" } } }]);
    });
  });

  test("may name a user of 100 characters", async () => {
    await withScene(secret, {}, async ({ ask, signed }) => {
      const answered = await ask("{ regions { code } }", {}, bearer(await signed({ sub: "👩".repeat(100) })));
      expect(answered.status).toBe(200);
    });
  });

  test("serves the user that AUTH_JWT_USER_CLAIM names", async () => {
    await withScene(secret, { AUTH_JWT_USER_CLAIM: "https://app.example/user_id" }, async (scene) => {
      expect(await userOf(scene, await scene.signed({ "https://app.example/user_id": "bob" }))).toBe("bob");
    });
  });

  test("is refused once its time is over by the wall clock", async () => {
    const clock = testClock(nowMs);
    const key = from(trusted, "HS256");
    const env = jwtSettings(elsewhere, { AUTH_JWT_SECRET: key.text });
    await withGateway({ env, ...clock }, async ({ ask }) => {
      const headers = bearer(await signToken(key, claimsOf(elsewhere, nowMs)));
      expect((await ask("{ regions { code } }", {}, headers)).status).toBe(200);
      clock.setWall((300 + skew) * 1000);
      expect((await ask("{ regions { code } }", {}, headers)).status).toBe(401);
    });
  });
});

describe("a token that breaks an extra rule", () => {
  const bad: [string, Env, Forgery][] = [
    ["of another typ", { AUTH_JWT_TYP: "at+jwt" }, ({ signed }) => signed({}, { typ: "JWT" })],
    ["without the typ", { AUTH_JWT_TYP: "at+jwt" }, ({ signed }) => signed({}, { typ: undefined })],
    ["with a typ that is no text", { AUTH_JWT_TYP: "at+jwt" }, byHand({ typ: ["at+jwt"] })],
    ["that is too old", { AUTH_JWT_MAX_AGE_S: "60" }, claiming({ iat: now - 60 - skew - 1 })],
    ["without iat but a greatest age", { AUTH_JWT_MAX_AGE_S: "60" }, claiming({ iat: undefined })],
    ["that expired, with no skew", { AUTH_JWT_CLOCK_SKEW_S: "0" }, claiming({ exp: now })],
    ["without the user claim", { AUTH_JWT_USER_CLAIM: "email" }, claiming({})],
    ["with a user claim that is no text", { AUTH_JWT_USER_CLAIM: "email" }, claiming({ email: ["a@b.example"] })],
    ["whose user claim is inherited", { AUTH_JWT_USER_CLAIM: "constructor" }, claiming({})],
  ];
  test.each(bad)("%s is refused", async (what, settings, forge) => {
    await withScene(secret, settings, async (scene) => expectRefusal(scene, what, `Bearer ${await forge(scene)}`));
  });

  test.each<[string, Claims, (token: string) => string, boolean]>([
    ["an expired token", { exp: now - 3_600 }, (token) => token, true],
    ["one with another signature", { exp: now - 3_600 }, (token) => `${token.slice(0, -4)}AAAA`, false],
    ["one for another audience", { exp: now - 3_600, aud: "another" }, (token) => token, false],
    ["one that is not valid yet", { nbf: now + 3_600 }, (token) => token, false],
  ])("is told as expired, or not, to whoever has %s", async (_what, claims, change, isTold) => {
    await withScene(secret, {}, async ({ ask, signed }) => {
      const answered = await ask("{ regions { code } }", {}, bearer(change(await signed(claims))));
      const challenge = answered.headers.get("www-authenticate");
      expect([answered.status, challenge?.includes(expired)]).toEqual([401, isTold]);
      expect(errorOf(answered).message).toBe("The credential is not valid");
    });
  });

  test("of an algorithm not listed is refused", async () => {
    const source = { ...secret, alg: "RS256", serve: fixedKeySource } as const;
    await withScene(source, { AUTH_JWT_ALGORITHMS: "PS256,ES256" }, async (scene) => {
      await expectRefusal(scene, "RS256", bearer(await scene.signed()).authorization);
    });
  });
});

function fixedKeySource(key: SigningKey, use: (issuer: string, settings: Env) => Promise<void>): Promise<void> {
  return use(elsewhere, { AUTH_JWT_PUBLIC_KEY: key.text });
}

describe("an Authorization header", () => {
  const bad: Record<string, Record<string, (token: string) => string>> = {
    "without a whole credential": {
      "Bearer alone": () => "Bearer",
      "a token alone": (token) => token,
    },
    "with more than one token": {
      "and a space": (token) => `Bearer ${token} ${token}`,
      "and a comma": (token) => `Bearer ${token},${token}`,
      "each with its scheme": (token) => `Bearer ${token}, Bearer ${token}`,
      "one of them garbage": (token) => `Bearer garbage, Bearer ${token}`,
    },
    "with something beside its token": {
      "a parameter": (token) => `Bearer ${token}; a=b`,
      quotes: (token) => `Bearer "${token}"`,
      "a tab": (token) => `Bearer\t${token}`,
      "a no-break space": (token) => `Bearer\u00a0${token}`,
      "a colon": (token) => `Bearer: ${token}`,
    },
    "of another scheme": {
      basic: () => "Basic YWxpY2U6c2VjcmV0",
      "proof of possession": (token) => `DPoP ${token}`,
      "its own": (token) => `Token ${token}`,
      "of a mode that is off": () => `ApiKey backend.${"s".repeat(43)}`,
    },
    "whose scheme every object has": {
      constructor: () => "constructor x",
      "in capitals": () => "Constructor alice",
      prototype: () => "__proto__ x",
    },
  };
  test.each(Object.entries(bad))("%s is refused", async (_what, headers) => {
    await withScene(secret, nowhere, async (scene) => {
      for (const [variant, make] of Object.entries(headers)) {
        await expectRefusal(scene, variant, make(await scene.signed()));
      }
    });
  });

  test("may spell its scheme in any case", async () => {
    await withScene(secret, {}, async ({ ask, signed }) => {
      for (const scheme of ["Bearer", "bearer", "BEARER", "bEaReR", "Bearer  "]) {
        const { status } = await ask("{ authToken { userId } }", {}, { authorization: `${scheme} ${await signed()}` });
        expect([scheme, status]).toEqual([scheme, 200]);
      }
    });
  });

  test("never lets a second one win", async () => {
    await withScene(secret, {}, async ({ url, signed }) => {
      const alice = bearer(await signed()).authorization;
      const bob = bearer(await signed({ sub: "bob" })).authorization;
      for (const [first, second] of [
        ["Bearer garbage", alice],
        ["", alice],
        [alice, ""],
        ["", ""],
        [alice, alice],
        [alice, bob],
      ] as const) {
        const text = await askTwice(url, first, second);
        expect(text).toContain("UNAUTHENTICATED");
        expect(text).not.toMatch(/alice|bob/);
      }
    });
  });

  test.each(["", " ", "\t"])("of %j is as good as none", async (authorization) => {
    await withScene(secret, nowhere, async ({ ask }) => {
      expect((await ask("{ regions { code } }", {}, { authorization })).status).toBe(200);
      const refused = await ask("{ authToken { token } }", {}, { authorization });
      expect(outcomeOf(refused)).toMatchObject({ status: 401, challenge: "Bearer" });
    });
  });

  test("is the only place for a token", async () => {
    await withScene(secret, {}, async ({ url, signed }) => {
      const token = await signed();
      const response = await fetch(`${url}?access_token=${token}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          cookie: `access_token=${token}; token=${token}; authorization=Bearer ${token}`,
          "proxy-authorization": `Bearer ${token}`,
          "x-authorization": `Bearer ${token}`,
          "x-forwarded-access-token": token,
        },
        body: JSON.stringify({ query: "{ authToken { token } }", access_token: token, extensions: { token } }),
      });
      expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    });
  });
});

/** Sends two Authorization headers, which fetch would join; gives the answer's body. */
function askTwice(url: string, first: string, second: string): Promise<string> {
  const headers = ["host", new URL(url).host, "content-type", "application/json", "connection", "close"];
  headers.push("authorization", first, "authorization", second);
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: "POST", headers, agent: false }, (response) => {
      textOf(response).then(resolve, reject);
    });
    request.on("error", reject);
    request.end(JSON.stringify({ query: "{ authToken { userId } }" }));
  });
}
