import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bearer, call, signIn, withEmulator } from "../support/emulator.js";
import { regionAt, type TestGateway, withGateway } from "../support/gateway.js";

const operation = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), "utf8");
const [user, users, upsert] = [operation("user"), operation("users"), operation("upsert-user")];

async function withBoth(
  use: (gateway: TestGateway, emulator: Parameters<Parameters<typeof withEmulator>[1]>[0]) => Promise<void>,
): Promise<void> {
  await withEmulator({}, async (emulator) => {
    const env = regionAt(emulator.url, {
      AMITY_EU_API_KEY: emulator.apiKey,
      AMITY_EU_SERVER_KEY: emulator.serverKey,
      AMITY_EU_ADMIN_TOKEN: emulator.adminToken,
      USER_PROFILES: "on",
    });
    await withGateway({ env }, (gateway) => use(gateway, emulator));
  });
}

test("a user that a backend writes is one whom others look up", async () => {
  await withBoth(async ({ ask }) => {
    const input = { userId: "bob", displayName: "Bob", description: "two\nlines", metadata: { plan: 1.5 } };
    const created = (await ask(upsert, { input })).body.data.upsertUser;
    expect(created).toMatchObject({ ...input, roles: [], isDeleted: false });
    const { body } = await ask(user, { userId: "bob" });
    expect(body.data.user).toEqual({
      userId: "bob",
      displayName: "Bob",
      description: "two\nlines",
      profileHandle: null,
      avatarFileId: null,
      avatarCustomUrl: null,
      isBrand: false,
      isDeleted: false,
      region: "EU",
    });
  });
});

test("only what is given changes", async () => {
  await withBoth(async ({ ask }, emulator) => {
    await signIn(emulator, "bob");
    const first = { displayName: "Bob", metadata: { a: 1 }, avatarCustomUrl: "https://cdn.example/bob" };
    await ask(upsert, { input: { userId: "bob", ...first } });
    const { body } = await ask(upsert, { input: { userId: "bob", displayName: null, metadata: {} } });
    expect(body.data.upsertUser).toMatchObject({ ...first, metadata: {} });
  });
});

test("a deleted user says so, and one who never was is null", async () => {
  await withBoth(async ({ ask }, emulator) => {
    await signIn(emulator, "bob");
    await signIn(emulator, "carol");
    await call(emulator, "DELETE /api/v4/users/bob", { headers: bearer(emulator.adminToken) });
    const { body } = await ask(users, { userIds: ["carol", "nobody", "bob", "carol"] });
    const seen = body.data.users.map(
      (found: { userId: string; isDeleted: boolean } | null) => found && [found.userId, found.isDeleted],
    );
    expect(seen).toEqual([["carol", false], null, ["bob", true], ["carol", false]]);
  });
});

test("the embedded emulator has users to look up", async () => {
  await withGateway({ env: { USER_PROFILES: "on" } }, async ({ ask }) => {
    await ask(upsert, { input: { userId: "bob", displayName: "Bob" } });
    for (const region of ["EU", "SG", "US"]) {
      expect((await ask(user, { userId: "bob", region })).body.data.user).toMatchObject({ displayName: "Bob", region });
    }
  });
});
