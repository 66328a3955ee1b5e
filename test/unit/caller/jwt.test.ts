import { createSecretKey } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { errors } from "jose";
import { InvalidCredential } from "../../../src/caller/invalid-credential.js";
import { createJwtVerifier, isTimely, type JwtRules, type VerifiedToken } from "../../../src/caller/jwt.js";
import { AppError } from "../../../src/errors/app-error.js";
import { type Claims, claimsOf, forgeToken, type SigningKey, signatureOf, signToken } from "../../support/tokens.js";

const nowMs = Date.UTC(2026, 0, 1);
const now = nowMs / 1_000;
const skew = 30;
const issuer = "https://issuer.example";
const secret = createSecretKey(Buffer.alloc(32, "s"));
const key: SigningKey = { alg: "HS256", kid: "k", key: secret, text: "", jwk: {} };
const scope = "amity:mint:any";

const rules: JwtRules = {
  issuer,
  audience: ["first audience", "amity-graphql tests"],
  algorithms: ["HS256"],
  userClaim: "sub",
  clockSkewSeconds: skew,
  maxAgeSeconds: 0,
  typ: undefined,
  delegateScope: undefined,
  displayNameClaim: undefined,
};

function verifierFor(more: Partial<JwtRules> = {}, getKey: Parameters<typeof createJwtVerifier>[1] = () => secret) {
  const verify = createJwtVerifier({ ...rules, ...more }, getKey, () => nowMs);
  return async (token: string) => (await verify(token)).caller;
}

/** The caller of a token that says this beside what every good token says. */
async function callerOf(claims: Claims, more: Partial<JwtRules> = {}, header: object = {}) {
  return verifierFor(more)(await signToken(key, claimsOf(issuer, nowMs, claims), header));
}

/** Why a token is refused: the fixed words for the log. */
async function reasonOf(claims: Claims, more: Partial<JwtRules> = {}, header: object = {}): Promise<unknown> {
  return reason(callerOf(claims, more, header));
}

function reason(verified: Promise<unknown>): Promise<unknown> {
  return verified.then(
    () => "accepted",
    (error: unknown) => (error instanceof InvalidCredential ? wordsOf(error) : error),
  );
}

function wordsOf({ reason, claim }: InvalidCredential): string {
  return claim === undefined ? reason : `${reason}: ${claim}`;
}

describe("a token", () => {
  test("names its user, who acts for nobody else", async () => {
    const caller = await callerOf({});
    expect(caller).toEqual({
      kind: "user",
      subject: "user:alice",
      userId: "alice",
      mayActFor: expect.any(Function),
      mayChange: expect.any(Function),
    });
    expect([caller.mayActFor("bob"), caller.mayActFor("alice")]).toEqual([false, false]);
  });

  test.each<[string, Claims, unknown]>([
    ["dies with the last second of the skew", { exp: now - skew }, "ERR_JWT_EXPIRED: exp"],
    ["lives until then", { exp: now - skew + 1 }, "accepted"],
    ["needs an end", { exp: undefined }, "claim missing: exp"],
    ["begins within the skew", { nbf: now + skew }, "accepted"],
    ["begins no later", { nbf: now + skew + 1 }, "claim check failed: nbf"],
    ["is issued within the skew", { iat: now + skew }, "accepted"],
    ["is issued no later", { iat: now + skew + 1 }, "claim check failed: iat"],
    ["may leave out when it was issued", { iat: undefined }, "accepted"],
    ["is for the first audience", { aud: "first audience" }, "accepted"],
    ["is for the last audience among others", { aud: ["x", "amity-graphql tests"] }, "accepted"],
    ["is for no other audience", { aud: ["x"] }, "claim check failed: aud"],
    ["has the exact issuer", { iss: `${issuer}/` }, "claim check failed: iss"],
    ["has one issuer", { iss: [issuer] }, "claim check failed: iss"],
    ["is not bound to a certificate", { cnf: { jkt: "x" } }, "sender-constrained token"],
    ["is not bound to nothing", { cnf: null }, "sender-constrained token"],
    ["names a user", { sub: undefined }, "claim missing: sub"],
    ["may number its user", { sub: 42 }, "accepted"],
    ["may number its user 0", { sub: 0 }, "accepted"],
    ["numbers no user in fractions", { sub: 4.2 }, "claim invalid: sub"],
    ["numbers no user beyond what is exact", { sub: 2 ** 53 }, "claim invalid: sub"],
    ["names no user in a switch", { sub: true }, "claim invalid: sub"],
    ["names no user in a list", { sub: [42] }, "claim invalid: sub"],
    ["names no user in an object", { sub: { id: 42 } }, "claim invalid: sub"],
    ["names no user in blanks", { sub: "  " }, "claim invalid: sub"],
    ["names no user in blanks of other scripts", { sub: "\u3000\u00a0\u2003\u2800\u3164" }, "claim invalid: sub"],
    ["names no user in characters without a width", { sub: "\u200b\u2060\ufeff\u00ad" }, "claim invalid: sub"],
    ["may have blanks in its user's name", { sub: " a b " }, "accepted"],
    ["ends while dates can say so", { exp: 8_640_000_000_000 }, "accepted"],
    ["ends no later", { exp: 8_640_000_000_001 }, "claim invalid: exp"],
    ["ends not at the end of numbers", { exp: 1e308 }, "claim invalid: exp"],
    ["begins not before 1970", { nbf: -1e308 }, "claim invalid: nbf"],
    ["is issued not before 1970", { iat: -1 }, "claim invalid: iat"],
    ["is issued in a number", { iat: String(now) }, "claim invalid: iat"],
    ["is issued in no list", { iat: [now] }, "claim invalid: iat"],
    ["ends in a number", { exp: String(now + 300) }, "claim invalid: exp"],
    ["begins in a number", { nbf: null }, "claim invalid: nbf"],
    ["names a user of 100 characters", { sub: "👩".repeat(100) }, "accepted"],
    ["names no longer user", { sub: "a".repeat(101) }, "claim invalid: sub"],
    ["names no empty user", { sub: "" }, "claim invalid: sub"],
  ])("%s", async (_rule, claims, outcome) => {
    expect(await reasonOf(claims)).toBe(outcome);
  });

  test("is no older than the greatest age and the skew", async () => {
    const aged = (seconds: number) => reasonOf({ iat: now - seconds }, { maxAgeSeconds: 60 });
    expect(await aged(60 + skew)).toBe("accepted");
    expect(await aged(61 + skew)).toBe("ERR_JWT_EXPIRED: iat");
  });

  test("may have any age without a greatest one", async () => {
    expect(await reasonOf({ iat: 0 })).toBe("accepted");
  });

  test.each([
    ["at+jwt", "accepted"],
    ["JWT", "claim check failed: typ"],
  ])("with the typ %s is judged by the wanted one", async (typ, outcome) => {
    expect(await reasonOf({}, { typ: "at+jwt" }, { typ })).toBe(outcome);
    expect(await reasonOf({}, {}, { typ })).toBe("accepted");
  });

  test("has an algorithm of the list", async () => {
    expect(await reasonOf({}, { algorithms: ["HS512"] })).toBe("ERR_JOSE_ALG_NOT_ALLOWED");
    const forged = forgeToken({ alg: "HS512" }, claimsOf(issuer, nowMs), (input) => signatureOf(key, input, "HS512"));
    expect(await reason(verifierFor()(forged))).toBe("ERR_JOSE_ALG_NOT_ALLOWED");
  });

  const good = claimsOf(issuer, nowMs);
  const signed = (payload: unknown, header = {}) =>
    forgeToken({ alg: "HS256", ...header }, payload, (input) => signatureOf(key, input));
  test.each([
    ["three parts", "a.b", "ERR_JWS_INVALID"],
    ["claims in an object", signed([good]), "ERR_JWT_INVALID"],
    ["claims in JSON", signed("{"), "ERR_JWT_INVALID"],
    ["no extension that nobody knows", signed(good, { crit: ["x"], x: 1 }), "ERR_JOSE_NOT_SUPPORTED"],
    [
      "a signature of its own",
      forgeToken({ alg: "HS256" }, good, () => Buffer.alloc(32)),
      "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    ],
  ])("has %s", async (_what, token, code) => {
    expect(await reason(verifierFor()(token))).toBe(code);
  });

  test("has 8,192 characters at most, whatever they are", async () => {
    expect(await reason(verifierFor()("x".repeat(8_192)))).toBe("ERR_JWS_INVALID");
    expect(await reason(verifierFor()("x".repeat(8_193)))).toBe("token too long");
  });

  test("is verified once it is known to be short enough", async () => {
    const fail = () => {
      throw new AppError("AUTH_UNAVAILABLE");
    };
    expect(await reason(verifierFor({}, fail)("x".repeat(8_193)))).toBe("token too long");
  });
});

describe("a token that was good", () => {
  const times: VerifiedToken["times"] = { exp: now + 60, nbf: undefined, iat: undefined };
  test.each<[string, Partial<typeof times>, Partial<JwtRules>, boolean]>([
    ["before its end", {}, {}, true],
    ["without an end", { exp: undefined }, {}, false],
    ["within the skew after its end", { exp: now - skew + 1 }, {}, true],
    ["when the skew after its end is over", { exp: now - skew }, {}, false],
    ["within the skew before it begins", { nbf: now + skew }, {}, true],
    ["before that", { nbf: now + skew + 1 }, {}, false],
    ["within the skew before it was issued", { iat: now + skew }, {}, true],
    ["before that, as after a clock was set back", { iat: now + skew + 1 }, {}, false],
    ["at any age without a greatest one", { iat: 0 }, {}, true],
    ["within the skew after its greatest age", { iat: now - 60 - skew }, { maxAgeSeconds: 60 }, true],
    ["after that", { iat: now - 61 - skew }, { maxAgeSeconds: 60 }, false],
    ["at no age where there is a greatest one", {}, { maxAgeSeconds: 60 }, false],
  ])("%s is judged as at first", async (_when, more, moreRules, isGood) => {
    expect(isTimely({ ...times, ...more }, { ...rules, ...moreRules }, nowMs + 999)).toBe(isGood);
    expect(await reasonOf({ ...times, ...more }, moreRules)).toMatch(
      isGood ? "accepted" : /ERR_JWT_EXPIRED|check failed|missing/,
    );
  });
});

describe("the key source", () => {
  const tokenOfAlice = () => signToken(key, claimsOf(issuer, nowMs));

  test("that is unavailable is no fault of the token", async () => {
    const unavailable = new AppError("AUTH_UNAVAILABLE");
    const verify = verifierFor({}, () => Promise.reject(unavailable));
    await expect(verify(await tokenOfAlice())).rejects.toBe(unavailable);
  });

  test("that knows no such key refuses the token", async () => {
    const verify = verifierFor({}, () => Promise.reject(new errors.JWKSNoMatchingKey()));
    expect(await reason(verify(await tokenOfAlice()))).toBe("ERR_JWKS_NO_MATCHING_KEY");
  });

  test("that fails oddly leaves nothing of its text", async () => {
    const verify = verifierFor({}, () => Promise.reject(new Error("S3CRET")));
    expect(await reason(verify(await tokenOfAlice()))).toBe("unusable token");
  });
});

describe("the scopes that change users", () => {
  const [user, roles] = ["amity:users:write", "amity:users:roles"];
  test.each<[string, Claims, boolean, boolean]>([
    ["for users", { scope: `openid ${user}` }, true, false],
    ["for both", { scp: [user, roles] }, true, true],
    ["in roles", { roles: [user] }, true, false],
    ["as a part of another", { scope: `${user}r` }, false, false],
    ["absent, with the one to act", { scope }, false, false],
  ])("%s are judged as whole words", async (_how, claims, ...may) => {
    const caller = await callerOf(claims, { delegateScope: scope });
    expect([caller.mayChange("bob", "user"), caller.mayChange("bob", "roles")]).toEqual(may);
  });
});

describe("the delegate scope", () => {
  test.each<[string, Claims, boolean]>([
    ["alone", { scope }, true],
    ["among others", { scope: `openid ${scope} email` }, true],
    ["in scp", { scp: ["openid", scope] }, true],
    ["in roles", { roles: [scope] }, true],
    ["as a part of another", { scope: `${scope}:read x${scope}` }, false],
    ["as a part of a list's entry", { roles: [`user ${scope}`] }, false],
    ["joined by a comma", { scope: `openid,${scope}` }, false],
    ["joined by a tab", { scope: `openid\t${scope}` }, false],
    ["in a list of lists", { scp: [[scope]] }, false],
    ["in a claim of another name", { scopes: scope, permissions: [scope] }, false],
    ["absent", {}, false],
  ])("%s is judged as a whole word", async (_how, claims, mayAct) => {
    expect((await callerOf(claims, { delegateScope: scope })).mayActFor("bob")).toBe(mayAct);
  });

  test("that is not set is nobody's", async () => {
    const claims = { scope: "undefined", scp: ["undefined", ""], roles: [undefined, null, scope] };
    expect((await callerOf(claims)).mayActFor("bob")).toBe(false);
  });
});

describe("a name twice", () => {
  const signed = (header: string, payload: string) => forgeToken(header, payload, (input) => signatureOf(key, input));
  const claims = JSON.stringify(claimsOf(issuer, nowMs)).slice(1, -1);

  test.each<[string, string, string]>([
    ["a claim that we read", '"alg":"HS256"', `${claims},"sub":"bob"`],
    ["a claim with the same value", '"alg":"HS256"', `${claims},"sub":"alice"`],
    ["a claim in escapes", '"alg":"HS256"', `${claims},"s\\u0075b":"bob"`],
    ["a claim before the others", '"alg":"HS256"', `"exp" : 1 , ${claims}`],
    ["a claim that nobody knows", '"alg":"HS256"', `${claims},"x":{"y":1},"x":2`],
    ["an algorithm", '"alg":"none","alg":"HS256"', claims],
    ["a key's id", '"alg":"HS256","kid":"a","k\\u0069d":"b"', claims],
  ])("as %s is refused", async (_what, header, payload) => {
    expect(await reason(verifierFor()(signed(`{${header}}`, `{${payload}}`)))).toBe("a name twice");
  });

  test.each([
    ["in two objects", `${claims},"a":{"sub":1},"b":[{"sub":2},{"sub":3}]`],
    ["as values", `${claims},"a":"sub","b":"\\"sub\\":","c":["sub","sub"]`],
    ["in another case", `${claims},"Sub":"bob"`],
    ["of every object", `${claims},"__proto__":1,"constructor":2`],
  ])("%s is none", async (_what, payload) => {
    expect(await reason(verifierFor()(signed('{"alg":"HS256"}', `{${payload}}`)))).toBe("accepted");
  });
});

test("a user's number is the user's text", async () => {
  const ids = await Promise.all([42, 0, -7, 2 ** 53 - 1].map(async (sub) => (await callerOf({ sub })).userId));
  expect(ids).toEqual(["42", "0", "-7", "9007199254740991"]);
});

describe("the display name", () => {
  test.each<[string, Claims, string | undefined]>([
    ["is the claim's", { name: "Alice" }, "Alice"],
    ["is none without the claim", {}, undefined],
    ["is none for a claim that is no text", { name: ["Alice"] }, undefined],
    ["is none for an empty claim", { name: "" }, undefined],
    ["is none for blanks", { name: " \u200b" }, undefined],
    ["is none for a number", { name: 42 }, undefined],
    ["may have 100 characters", { name: "a".repeat(100) }, "a".repeat(100)],
    ["has no more than 100 characters", { name: "a".repeat(101) }, undefined],
  ])("%s", async (_what, claims, value) => {
    expect((await callerOf(claims, { displayNameClaim: "name" })).displayName).toEqual({ value });
  });

  test("is free where no claim holds it", async () => {
    expect(await callerOf({ name: "Alice" })).not.toHaveProperty("displayName");
  });
});
