import { describe, expect, test } from "@jest/globals";
import { withGateway } from "../support/gateway.js";

const app = "https://app.example.com";
const env = { CORS_ORIGINS: `${app}, http://localhost:3000` };

function preflight(origin: string): RequestInit {
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
        "access-control-allow-headers": "authorization, content-type, x-request-id",
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

describe("any other origin", () => {
  test.each([
    "https://app.example.com.evil.example",
    "https://evil.example",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://APP.example.com",
    "null",
  ])("%s gets no permission", async (origin) => {
    await withGateway({ env }, async ({ send, ask }) => {
      const { status, headers } = await send("/graphql", preflight(origin));
      expect([status, headers.get("access-control-allow-origin")]).toEqual([405, null]);
      expect((await ask("{ regions { code } }", {}, { origin })).headers.get("access-control-allow-origin")).toBeNull();
    });
  });
});
