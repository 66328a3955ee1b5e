import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../src/emulator/server.js";
import { type Answer, bearer, call, requestSession, withEmulator } from "../support/emulator.js";

/** An emulator where these have signed in one after another, and the headers of its admin. */
async function withUsers(
  users: readonly { readonly userId: string; readonly displayName?: string; readonly profileHandle?: string }[],
  run: (search: (query: string) => Promise<Answer>, emulator: Emulator) => Promise<void>,
): Promise<void> {
  await withEmulator({ secureMode: false }, async (emulator) => {
    for (const user of users) await requestSession(emulator, { deviceId: user.userId, ...user }, "v5");
    const headers = bearer(emulator.adminToken);
    await run((query) => call(emulator, `GET /api/v3/users?${query}`, { headers }), emulator);
  });
}

function idsOf({ users }: Answer): string[] {
  return users.map(({ userId }) => userId);
}

describe("searching for users", () => {
  const people = [
    { userId: "1", displayName: "Zoë", profileHandle: "ann" },
    { userId: "2", displayName: "anna" },
    { userId: "ann3", displayName: "Bob" },
  ];

  test.each([
    ["", ["2", "ann3", "1"]],
    ["keyword=ANN", ["2", "ann3", "1"]],
    ["keyword=ann&exactMatchKeyword=true", ["1"]],
    ["keyword=ann&searchBy=displayName", ["2"]],
    ["keyword=ann&searchBy%5B%5D=userId&searchBy%5B%5D=profileHandle", ["ann3", "1"]],
    ["searchBy[0]=userId", ["ann3", "2", "1"]],
    ["sortBy=firstCreated", ["1", "2", "ann3"]],
    ["sortBy=profileHandle", ["2", "ann3", "1"]],
    ["filter=flagged", []],
    ["keyword=zo%C3%8B", ["1"]],
    ["isDeleted=true", []],
  ])("by '%s' finds them in order", async (query, ids) => {
    await withUsers(people, async (search) => expect(idsOf(await search(query))).toEqual(ids));
  });

  test("finds the deleted alone when asked for them", async () => {
    await withUsers(people, async (search, emulator) => {
      await call(emulator, "DELETE /api/v4/users/2", { headers: bearer(emulator.adminToken) });
      expect([idsOf(await search("isDeleted=true")), idsOf(await search("isDeleted=false"))]).toEqual([
        ["2"],
        ["ann3", "1"],
      ]);
    });
  });

  test("leads through pages of ten, there and back", async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ userId: String(index) }));
    await withUsers(many, async (search) => {
      const tokenOf = ({ json }: Answer, name: string) => (json["paging"] as Record<string, string>)[name];
      const turn = (token = "") => search(`sortBy=firstCreated&options[token]=${encodeURIComponent(token)}`);
      const first = await search("sortBy=firstCreated");
      const second = await turn(tokenOf(first, "next"));
      const third = await turn(tokenOf(second, "next"));
      const back = await turn(tokenOf(second, "previous"));
      expect([first, second, third].flatMap(idsOf)).toEqual(many.map(({ userId }) => userId));
      expect(third.users).toHaveLength(5);
      expect(idsOf(back)).toEqual(idsOf(first));
      expect([Object.keys(Object(first.json["paging"])), Object.keys(Object(third.json["paging"]))]).toEqual([
        ["next"],
        ["previous"],
      ]);
    });
  });

  test.each([
    "options[limit]=0",
    "options[limit]=101",
    "options[limit]=1.5",
    "options[limit]=ten",
    "options[token]=x",
    `options[token]=${Buffer.from('{"skip":-1,"limit":10}').toString("base64")}`,
    `keyword=${"x".repeat(101)}`,
    "searchBy=metadata",
    "sortBy=userId",
    "filter=banned",
    "isDeleted=maybe",
  ])("refuses %s", async (query) => {
    await withUsers([], async (search) => {
      expect(await search(query)).toMatchObject({ status: 400, json: { code: 400_000, data: expect.anything() } });
    });
  });
});
