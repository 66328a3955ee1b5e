import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { createAccessTokenSigner, randomIds } from "../../../src/emulator/ids.js";

describe("ids", () => {
  test("an opaque token is 42 alphanumerics, never twice", () => {
    const tokens = Array.from({ length: 100 }, () => randomIds.opaqueToken());
    expect(tokens.every((token) => /^[A-Za-z0-9]{42}$/.test(token))).toBe(true);
    expect(new Set(tokens).size).toBe(100);
  });

  test("an access token is a HS256 JWT of its claims", () => {
    const secret = Buffer.from("secret");
    const user = { userId: "1", publicUserId: "Zoë", deviceInfo: {}, networkId: "2", refreshToken: "3" };
    const claims = { user, iat: 1, exp: 2 };
    const [header = "", payload = "", signature] = createAccessTokenSigner(secret)(claims).split(".");
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "HS256", typ: "JWT" });
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toEqual(claims);
    expect(signature).toBe(createHmac("sha256", secret).update(`${header}.${payload}`).digest("base64url"));
  });
});
