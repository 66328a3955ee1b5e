import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { startEmulator } from "../../src/emulator/server.js";
import { call, withEmulator } from "../support/emulator.js";
import { errorOf, type GatewaySetup, type TestGateway, withGateway } from "../support/gateway.js";

const operation = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), "utf8");

type EmulatorOptions = Parameters<typeof startEmulator>[0];

/** A gateway in front of an emulator whose other side the test can look at. */
async function withBoth(
  options: EmulatorOptions & { setup?: GatewaySetup },
  use: (gateway: TestGateway, emulator: Awaited<ReturnType<typeof startEmulator>>) => Promise<void>,
): Promise<void> {
  const { setup, ...emulatorOptions } = options;
  await withEmulator(emulatorOptions, async (emulator) => {
    const env = {
      AMITY_SG_BASE_URL: emulator.url,
      AMITY_SG_API_KEY: emulator.apiKey,
      ...(emulatorOptions.secureMode !== false && { AMITY_SG_SERVER_KEY: emulator.serverKey }),
      ...setup?.env,
    };
    await withGateway({ ...setup, env }, (gateway) => use(gateway, emulator));
  });
}

describe("with the embedded emulator", () => {
  test("every region is configured and secure", async () => {
    await withGateway({}, async ({ ask }) => {
      const { body } = await ask(operation("regions"));
      const common = { isConfigured: true, authenticationMode: "SECURE", mutualTls: false, status: "AVAILABLE" };
      expect(body.data.regions).toEqual([
        {
          ...common,
          code: "EU",
          name: "Europe",
          endpoint: "https://api.eu.amity.co/",
          endpoints: ["https://api.eu.amity.co/"],
          isDefault: false,
        },
        {
          ...common,
          code: "SG",
          name: "Singapore",
          endpoint: "https://api.sg.amity.co/",
          endpoints: ["https://api.sg.amity.co/", "https://api.amity.co/"],
          isDefault: true,
        },
        {
          ...common,
          code: "US",
          name: "United States",
          endpoint: "https://api.us.amity.co/",
          endpoints: ["https://api.us.amity.co/"],
          isDefault: false,
        },
      ]);
    });
  });

  test.each(["EU", "SG", "US"])("a token and a session come from %s", async (region) => {
    await withGateway({}, async ({ ask }) => {
      const token = await ask(operation("auth-token"), { userId: "alice", region });
      expect(token.body.data.authToken).toMatchObject({
        userId: "alice",
        region,
        token: expect.stringMatching(/^\w{42}$/),
      });
      const session = await ask(operation("create-session"), { input: { userId: "alice", deviceId: "d", region } });
      expect(session.body.data.createSession).toMatchObject({ userId: "alice", region, user: { userId: "alice" } });
    });
  });
});

test("a region without keys is an answer", async () => {
  await withGateway({ env: { AMITY_EU_API_KEY: "k", AMITY_HOST_FAMILY: "apix" } }, async ({ ask }) => {
    const { body } = await ask(
      "{ eu: region(code: EU) { ...all } sg: region(code: SG) { ...all } } fragment all on Region { endpoint endpoints isDefault isConfigured authenticationMode status }",
    );
    expect(body.data).toEqual({
      eu: {
        endpoint: "https://apix.eu.amity.co/",
        endpoints: ["https://apix.eu.amity.co/"],
        isDefault: true,
        isConfigured: true,
        authenticationMode: "UNSECURE",
        status: "AVAILABLE",
      },
      sg: {
        endpoint: "https://apix.sg.amity.co/",
        endpoints: ["https://apix.sg.amity.co/", "https://apix.amity.co/"],
        isDefault: false,
        isConfigured: false,
        authenticationMode: null,
        status: "NOT_CONFIGURED",
      },
    });
  });
});

test("an operator's base URL is never shown", async () => {
  await withGateway(
    { env: { AMITY_EU_API_KEY: "k", AMITY_EU_BASE_URL: "https://internal.example" } },
    async ({ ask }) => {
      expect((await ask(operation("regions"))).text).not.toContain("internal");
    },
  );
});

test("a token's life is counted from before the call", async () => {
  const now = () => Date.parse("2026-01-01T00:00:00.000Z");
  await withBoth({ clock: now, setup: { now } }, async ({ ask }) => {
    const { body } = await ask(operation("auth-token"), { userId: "alice" });
    expect(body.data.authToken).toMatchObject({
      issuedAt: "2026-01-01T00:00:00.000Z",
      expiresAt: "2026-01-01T00:10:00.000Z",
      refreshAfter: "2026-01-01T00:08:00.000Z",
    });
  });
});

test.each([
  ["v3", "v3"],
  ["v3", "v4"],
  ["v4", "v3"],
  ["v4", "v5"],
])("token API %s and session API %s work together", async (AMITY_TOKEN_API, AMITY_SESSION_API) => {
  await withBoth(
    { singleUseAuthTokens: true, setup: { env: { AMITY_TOKEN_API, AMITY_SESSION_API } } },
    async ({ ask }) => {
      const { body } = await ask(operation("create-session"), {
        input: { userId: "日本 &#%/", deviceId: "d", displayName: "N" },
      });
      expect(body.data.createSession).toMatchObject({ userId: "日本 &#%/", user: { displayName: "N" } });
      expect(body.data.createSession.refreshToken === null).toBe(AMITY_SESSION_API === "v5");
    },
  );
});

test("an unsecure network opens sessions without a token", async () => {
  await withBoth({ secureMode: false }, async ({ ask }) => {
    const { body } = await ask(operation("create-session"), { input: { userId: "alice", deviceId: "d" } });
    expect(body.data.createSession.accessToken).toEqual(expect.any(String));
  });
});

test("another's auth token opens no session", async () => {
  await withBoth({}, async ({ ask }) => {
    const token = (await ask(operation("auth-token"), { userId: "bob" })).body.data.authToken.token;
    const answered = await ask(operation("create-session"), {
      input: { userId: "alice", deviceId: "d", authToken: token },
    });
    expect(errorOf(answered).extensions.code).toBe("AUTH_TOKEN_REJECTED");
    expect(answered.text).not.toContain(token);
  });
});

test("a banned user gets tokens but no session", async () => {
  await withBoth({}, async ({ ask }, emulator) => {
    await ask(operation("create-session"), { input: { userId: "alice", deviceId: "d" } });
    await call(emulator, "POST /api/v2/users/ban", {
      headers: { authorization: `Bearer ${emulator.adminToken}` },
      body: { userId: "alice" },
    });
    expect((await ask(operation("auth-token"), { userId: "alice" })).body.errors).toBeUndefined();
    const answered = await ask(operation("create-session"), { input: { userId: "alice", deviceId: "d" } });
    expect(errorOf(answered).extensions).toMatchObject({ code: "USER_BANNED", amity: { status: 403, code: 400_312 } });
  });
});

test("a wrong server key is the operator's trouble", async () => {
  await withBoth({ setup: { env: { AMITY_SG_SERVER_KEY: "wrong" } } }, async ({ ask }) => {
    const answered = await ask(operation("auth-token"), { userId: "alice" });
    expect(errorOf(answered)).toMatchObject({
      message: "Amity refused the gateway's credentials",
      extensions: { code: "UPSTREAM_AUTH_FAILED", retryable: false, amity: { status: 401 } },
    });
  });
});
