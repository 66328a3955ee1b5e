import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Names } from "../../../src/shared/names.js";
import { type Purpose, seal, unseal } from "../../../src/shared/seal.js";

const [one, other] = [randomBytes(32), randomBytes(32)];
const purpose: Purpose = { purpose: "tokens", binding: ["EU", "generation", "alice"] };

test("what is sealed opens with each of two keys", () => {
  const sealed = seal(one, purpose, "text");
  expect([unseal([one], purpose, sealed), unseal([other, one], purpose, sealed)]).toEqual(["text", "text"]);
  expect(sealed).not.toContain(Buffer.from("text").toString("base64url"));
});

test("no two seals are alike", () => {
  expect(seal(one, purpose, "text")).not.toBe(seal(one, purpose, "text"));
});

test.each<[string, Purpose]>([
  ["another user", { ...purpose, binding: ["EU", "generation", "bob"] }],
  ["another region", { ...purpose, binding: ["US", "generation", "alice"] }],
  ["another key generation", { ...purpose, binding: ["EU", "next", "alice"] }],
  ["parts that end elsewhere", { ...purpose, binding: ["EU", "generationa", "lice"] }],
  ["another purpose", { ...purpose, purpose: "messages" }],
])("it opens for nothing but its own: not for %s", (_what, another) => {
  expect(unseal([one], another, seal(one, purpose, "text"))).toBeUndefined();
});

test("it opens with no other key, and changed in no place", () => {
  const sealed = seal(one, purpose, "text");
  expect(unseal([other], purpose, sealed)).toBeUndefined();
  for (const length of [0, 1, 20, sealed.length - 1]) {
    expect(unseal([one], purpose, sealed.slice(0, length))).toBeUndefined();
  }
  for (let i = 0; i < sealed.length - 1; i++) {
    const changed = sealed.slice(0, i) + (sealed[i] === "A" ? "B" : "A") + sealed.slice(i + 1);
    expect(unseal([one], purpose, changed)).toBeUndefined();
  }
});

test("a name is the same for all who share a key, and another for another kind, text or key", async () => {
  const name = (secret: Buffer, kind: string, text: string) => new Names(async () => [secret]).of(kind, text);
  const first = await name(one, "user", "alice");
  expect(await name(Buffer.from(one), "user", "alice")).toBe(first);
  const others = [
    await name(one, "device", "alice"),
    await name(one, "user", "bob"),
    await name(other, "user", "alice"),
  ];
  expect(new Set([first, ...others]).size).toBe(4);
  expect(first).toMatch(/^[\w-]{22}$/);
});
