import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { knownTimes, parseNewAdminToken, timesText } from "../../../src/amity/admin-token.js";
import { AdminTokenLife } from "../../../src/amity/admin-token-life.js";
import { fixed } from "../../../src/system/reloading-file.js";
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

  test("are written so that older and newer versions read them", () => {
    expect(timesText(made)).toBe(`{
  "sha256": "a3619121e43f8ee3e77633059f0ce80f9d36d1a0c4daa1a98254f52be38cd54a",
  "issuedAt": "2026-01-01T00:00:00.000Z",
  "expiresAt": "2027-01-01T00:00:00.000Z"
}
`);
  });

  test.each([
    [
      "written beside its file, if there are any",
      timesText({ ...made, token: jwtOf({ exp: 1 }) }),
      { issuedAt, expiresAt },
    ],
    ["in it, where none are written", undefined, { ...unknown, expiresAt: new Date(1_000) }],
    ["in it, where another token's are written", timesText(made), { ...unknown, expiresAt: new Date(1_000) }],
  ])("of a JWT are those %s", async (_where, times, known) => {
    await write(jwtOf({ exp: 1 }), times);
    expect(await knownTimes(jwtOf({ exp: 1 }), path)).toEqual(known);
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
    ["the last moment that there is", jwtOf({ exp: 8.64e12 }), { ...unknown, expiresAt: new Date(8.64e15) }],
    ["a moment after the last", jwtOf({ exp: 8.64e12 + 1 }), unknown],
    ["no moment", jwtOf({ iat: 0, exp: -1 }), unknown],
    ["half a second", jwtOf({ exp: 1.5 }), unknown],
    ["a number in a text", jwtOf({ exp: "1798761600" }), unknown],
    ["a list of claims", jwtOf([{ exp: 1 }]), unknown],
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

  test("are looked for again while the end is unknown", async () => {
    const life = new AdminTokenLife(fixed(made.token), path, testClock());
    await write(made.token, timesText({ ...made, expiresAt: undefined }));
    expect([await life.times(), await life.end()]).toEqual([{ ...unknown, issuedAt }, undefined]);
    await write(made.token, timesText(made));
    expect(await life.end()).toBe(expiresAt.getTime());
  });

  test("stay known when what was written is gone", async () => {
    const life = new AdminTokenLife(fixed(made.token), path, testClock());
    await write(made.token, timesText(made));
    await life.times();
    await rm(`${path}.json`);
    expect(await life.times()).toEqual({ issuedAt, expiresAt });
  });

  test("are waited for by nobody for more than a second", async () => {
    const clock = testClock();
    const life = new AdminTokenLife(fixed(made.token), path, clock);
    await write(made.token, timesText(made));
    const asked = life.times();
    // Between these no file can have been read.
    for (let i = 0; i < 10; i++) await undefined;
    clock.advance(999);
    expect(clock.pending()).toBe(1);
    clock.advance(1);
    expect(await asked).toEqual(unknown);
    expect(await life.times()).toEqual({ issuedAt, expiresAt });
    expect(clock.pending()).toBe(0);
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

  test.each(["t", "!~", "eyJ.a-b_c.d+/=", "x".repeat(8_192)])("gives a token of visible ASCII (%#)", (token) => {
    expect(parseNewAdminToken(JSON.stringify({ adminToken: token })).token).toBe(token);
  });

  test.each([{ adminToken: "t" }, { adminToken: "t", issuedAt: null, expiresAt: "soon" }])(
    "may lack times: %j",
    (answer) => {
      expect(parseNewAdminToken(JSON.stringify(answer))).toEqual({ token: "t", ...unknown });
    },
  );

  test.each([
    "",
    "{}",
    "null",
    '["token"]',
    '"token"',
    '{"adminToken":null}',
    '{"adminToken":1}',
    '{"adminToken":["t"]}',
  ])("%j holds no token", (text) => {
    const log = { phase: "answer", reason: "no success", problem: "adminToken" };
    expect(() => parseNewAdminToken(text)).toThrow(expect.objectContaining({ code: "UPSTREAM_BAD_RESPONSE", log }));
  });

  test.each(["", "a b", " a", "a ", "a\n", "a\u007f", "\u00e9", "x".repeat(8_193)])(
    "with a token that fits no header holds none (%#)",
    (token) => {
      const text = JSON.stringify({ adminToken: token });
      expect(() => parseNewAdminToken(text)).toThrow(expect.objectContaining({ code: "UPSTREAM_BAD_RESPONSE" }));
    },
  );

  test("that is a page is logged as one", () => {
    expect(() => parseNewAdminToken("<html>")).toThrow(expect.objectContaining({ reason: "HTML page" }));
  });
});
