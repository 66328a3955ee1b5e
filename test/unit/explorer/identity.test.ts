import { describe, expect, test } from "@jest/globals";

const { identityOf } = await import(new URL("../../../src/explorer/browser/identity.js", import.meta.url).pathname);

const now = Date.parse("2026-01-01T12:00:00Z");
const exp = now / 1_000 + 60;

function bearer(claims: unknown): string {
  return `Bearer e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

describe("who a credential says one is", () => {
  test.each([
    ["nothing", undefined, undefined, { kind: "nobody" }],
    ["a token", bearer({ sub: "zoë", exp }), undefined, { kind: "user", user: "zoë", expires: new Date(exp * 1_000) }],
    ["another claim", bearer({ sub: "a", uid: "b" }), "uid", { kind: "user", user: "b", expires: undefined }],
    [
      "an expired token",
      bearer({ sub: "a", exp: exp - 60 }),
      "sub",
      { kind: "expired", user: "a", expires: new Date(now) },
    ],
    ["odd claims", bearer({ sub: 7, exp: "x" }), "sub", { kind: "user", user: undefined, expires: undefined }],
    ["no claims", bearer(null), "sub", { kind: "sealed" }],
    ["a service key", "ApiKey abc.def.ghi", "sub", { kind: "sealed" }],
    ["an opaque token", "Bearer abc", "sub", { kind: "sealed" }],
    ["a broken token", "Bearer e30.%.c2ln", "sub", { kind: "sealed" }],
  ])("%s", (_what, credential, claim, identity) => {
    expect(identityOf(credential, claim, now)).toEqual(identity);
  });
});
