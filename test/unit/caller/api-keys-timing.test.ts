import * as crypto from "node:crypto";
import { expect, jest, test } from "@jest/globals";

const timingSafeEqual = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule("node:crypto", () => ({ ...crypto, timingSafeEqual }));
const { createApiKey, parseApiKeys, verifyApiKey } = await import("../../../src/caller/api-keys.js");

test("a credential is compared in constant time, of an unknown id too", () => {
  const { credential, entry } = createApiKey({ id: "billing", scopes: [] });
  const keys = parseApiKeys(JSON.stringify([entry]));
  const verify = (given: string, list = keys) => {
    timingSafeEqual.mockClear();
    try {
      verifyApiKey(list, given, "mint", () => 0);
    } catch {}
    return timingSafeEqual.mock.calls.map((buffers) => buffers.map(({ byteLength }) => byteLength));
  };
  const onceOverDigests = [[32, 32]];
  expect(verify(credential)).toEqual(onceOverDigests);
  expect(verify(`${credential}x`)).toEqual(onceOverDigests);
  expect(verify(credential.replace("billing", "unknown"))).toEqual(onceOverDigests);
  expect(verify("no dot")).toEqual(onceOverDigests);
  expect(verify(credential, [])).toEqual(onceOverDigests);
});
