import { describe, expect, test } from "@jest/globals";
import { withGateway } from "../support/gateway.js";

const app = "https://app.example.com";
const env = { CORS_ORIGINS: `${app}, http://localhost:3000` };

function preflight(origin: string) {
  const headers = { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
  return { method: "OPTIONS", headers };
}

describe("a listed origin", () => {
  test("may send operations and read answers", async () => {
    await withGateway({ env }, async ({ send, ask }) => {
      const { status, headers } = await send("/graphql", preflight(app));
      expect(status).toBe(204);
      expect(Object.fromEntries(headers)).toMatchObject({
        "access-control-allow-origin": app,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": expect.stringMatching(/^authorization, content-type, x-request-id, /),
        "access-control-max-age": "600",
        vary: "origin",
      });
      expect(headers.get("access-control-allow-credentials")).toBeNull();
      const answered = await ask("{ regions { code } }", {}, { origin: app });
      expect(answered.headers.get("access-control-allow-origin")).toBe(app);
    });
  });

  test("can read errors too", async () => {
    await withGateway({ env }, async ({ send }) => {
      const answered = await send("/graphql", { method: "POST", headers: { origin: app }, body: "x" });
      expect([answered.status, answered.headers.get("access-control-allow-origin")]).toEqual([415, app]);
    });
  });
});

/** What the gateway lets pages of the listed origin send. */
async function allowedHeaders(more: Record<string, string> = {}): Promise<readonly string[]> {
  let allowed = "";
  await withGateway({ env: { ...env, ...more } }, async ({ send }) => {
    allowed = (await send("/graphql", preflight(app))).headers.get("access-control-allow-headers") ?? "";
  });
  return allowed.split(", ");
}

describe("pages of a listed origin", () => {
  test("may send what tracing and GraphQL clients add", async () => {
    expect(await allowedHeaders()).toEqual(
      expect.arrayContaining([
        "traceparent",
        "tracestate",
        "baggage",
        "sentry-trace",
        "apollographql-client-name",
        "apollographql-client-version",
        "apollo-require-preflight",
      ]),
    );
  });

  test("may send what CORS_HEADERS names besides", async () => {
    expect(await allowedHeaders()).not.toContain("x-tenant");
    expect(await allowedHeaders({ CORS_HEADERS: "X-Tenant, baggage" })).toEqual([
      ...(await allowedHeaders()),
      "x-tenant",
    ]);
  });

  test.each([
    ["a listed", app, "true"],
    ["any other", "https://evil.example", null],
  ])("reach a private network from %s origin only", async (_what, origin, allowed) => {
    await withGateway({ env }, async ({ send }) => {
      const { headers } = preflight(origin);
      const asking = { ...headers, "access-control-request-private-network": "true" };
      const answer = await send("/graphql", { method: "OPTIONS", headers: asking });
      expect(answer.headers.get("access-control-allow-private-network")).toBe(allowed);
    });
  });

  test("hear nothing of private networks unasked", async () => {
    await withGateway({ env }, async ({ send }) => {
      const { headers } = await send("/graphql", preflight(app));
      expect(headers.get("access-control-allow-private-network")).toBeNull();
    });
  });

  test.each(["capacitor://localhost", "ionic://localhost", "app://my-app"])("may be an app's: %s", async (origin) => {
    await withGateway({ env: { CORS_ORIGINS: origin } }, async ({ ask }) => {
      const { headers } = await ask("{ regions { code } }", {}, { origin });
      expect(headers.get("access-control-allow-origin")).toBe(origin);
    });
  });
});

describe("any other origin", () => {
  test.each([
    "https://app.example.com.evil.example",
    "https://evil.example",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://APP.example.com",
    "null",
    "capacitor://localhost",
    "ionic://localhost",
  ])("%s gets no permission", async (origin) => {
    await withGateway({ env }, async ({ send, ask }) => {
      const { status, headers } = await send("/graphql", preflight(origin));
      expect([status, headers.get("access-control-allow-origin")]).toEqual([405, null]);
      expect((await ask("{ regions { code } }", {}, { origin })).headers.get("access-control-allow-origin")).toBeNull();
    });
  });
});
