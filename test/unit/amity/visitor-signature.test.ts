import { expect, test } from "@jest/globals";
import { authTokenLifeMs } from "../../../src/amity/auth-token-life.js";
import { visitorSignature, visitorSignatureLifeMs } from "../../../src/amity/visitor-signature.js";

test("a visitor's signature is the one that was made apart by Amity's rule", () => {
  expect(visitorSignature("secret", "dev-1", "2024-12-31T23:59:59Z")).toBe(
    "d439d155f788b3a5619af9a6702a87ef962f0bc0ef1e9cef90a42c9252b07c17",
  );
});

test("a visitor's signature lives as long as an auth token", () => {
  expect(visitorSignatureLifeMs).toBe(authTokenLifeMs);
});
