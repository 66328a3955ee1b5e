import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { knownTimes, parseNewAdminToken, timesText } from "../../../src/amity/admin-token.js";
import { AdminTokenLife } from "../../../src/amity/admin-token-life.js";
import { testClock } from "../../support/clock.js";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  path = join(folder, "token");
});
afterEach(() => rm(folder, { recursive: true }));

const issuedAt = new Date("2026-01-01T00:00:00Z");
const expiresAt = new Date("2027-01-01T00:00:00Z");
const made = { token: "canary-admin-token", issuedAt, expiresAt };
const unknown = { issuedAt: undefined, expiresAt: undefined };
const jwtOf = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

/** The file with the token, and the one beside it. */
async function write(token: string, times: string | undefined): Promise<void> {
  if (times !== undefined) await writeFile(`${path}.json`, times);
  await writeFile(path, `${token}\n`);
}

describe("an admin token's times", () => {
  test("are those written beside its file", async () => {
    await write(made.token, timesText(made));
    expect(await knownTimes(made.token, path)).toEqual({ issuedAt, expiresAt });
  });

  test("lie beside the file that links lead to", async () => {
    await write(made.token, timesText(made));
    await symlink(path, join(folder, "link"));
    expect(await knownTimes(made.token, join(folder, "link"))).toEqual({ issuedAt, expiresAt });
  });

  test("are not written with the token itself", () => {
    expect(timesText(made)).not.toContain(made.token);
  });

  test.each<[string, string | undefined]>([
    ["nothing beside it", undefined],
    ["another token's times", timesText({ ...made, token: "canary-other-token" })],
    ["half a file", timesText(made).slice(0, 90)],
    ["another document", "[]"],
    ["no times", timesText({ token: made.token, ...unknown })],
    ["times that are none", timesText(made).replaceAll("-01-01T", "-13-01T")],
  ])("are unknown with %s", async (_what, times) => {
    await write(made.token, times);
    expect(await knownTimes(made.token, path)).toEqual(unknown);
  });

  test.each([
    [
      "its claims",
      jwtOf({ iat: issuedAt.getTime() / 1_000, exp: expiresAt.getTime() / 1_000 }),
      { issuedAt, expiresAt },
    ],
    ["the claim that is one", jwtOf({ iat: "yesterday", exp: expiresAt.getTime() / 1_000 }), { ...unknown, expiresAt }],
    ["no claims", jwtOf(null), unknown],
    ["absurd ones", jwtOf({ exp: 1e300 }), unknown],
    ["no JWT", "opaque.token", unknown],
  ])("without a file come from %s", async (_what, token, times) => {
    expect(await knownTimes(token, undefined)).toEqual(times);
  });

  test("follow the token that is in use", async () => {
    const second = { ...made, token: "canary-admin-token-2", expiresAt: new Date("2028-01-01T00:00:00Z") };
    let inUse = made.token;
    const life = new AdminTokenLife({ current: async () => inUse, reload: async () => {} }, path, testClock());
    await write(made.token, timesText(made));
    expect(await life.end()).toBe(expiresAt.getTime());
    inUse = second.token;
    expect(await life.times()).toEqual(unknown);
    await write(second.token, timesText(second));
    expect(await life.times()).toEqual({ issuedAt, expiresAt: second.expiresAt });
  });

  test("are never another token's, though asked for at once", async () => {
    const tokens = [made.token, "canary-admin-token-2"];
    const source = { current: async () => tokens.shift() ?? "", reload: async () => {} };
    const life = new AdminTokenLife(source, path, testClock());
    await write(made.token, timesText(made));
    expect(await Promise.all([life.times(), life.times()])).toEqual([{ issuedAt, expiresAt }, unknown]);
  });
});

describe("Amity's answer to a rotation", () => {
  test("gives the token and its times", () => {
    const text = JSON.stringify({ adminToken: "t", issuedAt, expiresAt, more: 1 });
    expect(parseNewAdminToken(text)).toEqual({ token: "t", issuedAt, expiresAt });
  });

  test.each([{ adminToken: "t" }, { adminToken: "t", issuedAt: null, expiresAt: "soon" }])(
    "may lack times: %j",
    (answer) => {
      expect(parseNewAdminToken(JSON.stringify(answer))).toEqual({ token: "t", ...unknown });
    },
  );

  test.each(["", "{}", '"token"', '{"adminToken":""}', '{"adminToken":"a b"}', '{"adminToken":1}', "<html>"])(
    "%j holds no token",
    (text) => {
      expect(() => parseNewAdminToken(text)).toThrow(expect.objectContaining({ code: "UPSTREAM_BAD_RESPONSE" }));
    },
  );
});
