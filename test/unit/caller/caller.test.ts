import { expect, test } from "@jest/globals";
import { anybody, visitorSubject } from "../../../src/caller/caller.js";

test.each([
  ["a caller", "his subject", { ...anybody, subject: "user:alice" }, "user:alice"],
  ["nobody", "visitor", undefined, "visitor"],
])("%s who asks as a visitor is named %s", (_who, _name, caller, subject) => {
  expect(visitorSubject(caller)).toBe(subject);
});

test("anybody on this machine may do anything, as no user", () => {
  expect(anybody).toMatchObject({ kind: "anybody", subject: "anybody" });
  expect(anybody.userId).toBeUndefined();
  expect([anybody.mayActFor("bob"), anybody.mayChange("bob", "user"), anybody.mayChange("bob", "roles")]).toEqual([
    true,
    true,
    true,
  ]);
});
