import { existsSync, readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { Kind, parse } from "graphql";
import { loadConfig } from "../../src/config/config.js";
import { browserFileNames } from "../../src/explorer/browser-files.js";
import { exampleOperations } from "../../src/explorer/example-operations.js";
import { callersAt, jwtEnv } from "../support/callers.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";

const browser = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };
const graphiql = { env: { EXPLORER: "graphiql" } };
const page = "/graphql/explorer";

/** Addresses, below the gateway's root, of the files that the offline page loads. */
async function filesOf({ send }: TestGateway): Promise<string[]> {
  const { text } = await send(page);
  return [...text.matchAll(/(?:src|href)="\.\.(\/[^"]+)"/g)].map(([, path = ""]) => path);
}

/** The status for a path sent as it is, where fetch would resolve its dots. */
function statusOf(url: string, path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => resolve(response.resume().statusCode);
    get({ hostname, port, path, headers, agent: false }, answered).on("error", reject);
  });
}

function explorerFor(env: Record<string, string>): string | undefined {
  return loadConfig({ AUTH_MODE: "none", AMITY_SERVER_KEY: "key", ...env }).config?.explorer;
}

describe("EXPLORER", () => {
  test.each([
    ["auto", "development", "sandbox"],
    ["sandbox", "development", "sandbox"],
    ["graphiql", "development", "graphiql"],
    ["off", "development", "off"],
    ["auto", "production", "off"],
    ["sandbox", "production", "sandbox"],
    ["graphiql", "production", "graphiql"],
    ["altair", "development", undefined],
  ])("set to %s in %s means %s", (EXPLORER, NODE_ENV, explorer) => {
    const auth: Record<string, string> = NODE_ENV === "production" ? jwtEnv : {};
    expect(explorerFor({ EXPLORER, NODE_ENV, ...auth })).toBe(explorer);
  });
});

describe("the offline page", () => {
  test("forbids other hosts, inline scripts, frames and caching", async () => {
    await withGateway(graphiql, async ({ send }) => {
      for (const path of ["/graphql", page]) {
        const { status, headers } = await send(path, browser);
        expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
        expect(headers.get("content-security-policy")).toMatch(
          /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{24}'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
        );
        expect(Object.fromEntries(headers)).toMatchObject({
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
        });
      }
    });
  });

  test("has another nonce each time", async () => {
    await withGateway(graphiql, async ({ send }) => {
      const policy = async () => (await send(page)).headers.get("content-security-policy");
      expect(await policy()).not.toBe(await policy());
    });
  });

  test("names no other host and runs no script of its own text", async () => {
    await withGateway(graphiql, async ({ send }) => {
      const { text } = await send(page);
      expect(text).not.toMatch(/(?:src|href)="(?:[a-z]+:|\/)/i);
      expect(text).not.toMatch(/<script(?![^>]* src=| id="settings" type="application\/json")/);
      expect(text).not.toMatch(/ on\w+=|<style|style="/);
    });
  });

  test("holds every shipped operation", async () => {
    await withGateway(graphiql, async ({ send }) => {
      for (const path of ["/graphql", page]) {
        const { text } = await send(path, browser);
        for (const name of ["Regions", "Region", "AuthToken", "CreateSession"])
          expect(text).toMatch(new RegExp(`(query|mutation) ${name}\\b`));
      }
    });
  });

  test("is a page only for those who ask for one", async () => {
    await withGateway(graphiql, async ({ send }) => {
      for (const init of [{}, { method: "HEAD", ...browser }, { method: "PUT", ...browser }]) {
        const { status, headers } = await send("/graphql", init);
        expect([status, headers.get("allow")]).toEqual([405, "POST"]);
      }
      expect((await send("/graphql?query={regions{code}}", browser)).text).not.toContain('"data"');
    });
  });
});

describe("a page with a slash behind its path", () => {
  test.each([
    ["/graphql/", "graphiql"],
    ["/graphql/?x=1", "graphiql"],
    ["/graphql/explorer/", "sandbox"],
  ])("%s finds its files and the endpoint", async (path, EXPLORER) => {
    await withGateway({ env: { EXPLORER } }, async ({ send, url }) => {
      const { text } = await send(path, browser);
      const [script = ""] = /(?<=src=")[^"]*page-[^"]*/.exec(text) ?? [];
      const [endpoint = ""] = /(?<="endpoint":")[^"]*/.exec(text) ?? [];
      expect((await send(new URL(script, new URL(path, url)).pathname)).status).toBe(200);
      expect(new URL(endpoint, new URL(path, url)).pathname).toBe("/graphql");
    });
  });

  test("leads from Sandbox to the offline page", async () => {
    await withGateway({ env: { EXPLORER: "sandbox" } }, async ({ send }) => {
      expect((await send("/graphql/", browser)).text).toContain('href="../graphql/explorer"');
    });
  });
});

describe("a file of the offline page", () => {
  test("may be kept for ever under its name", async () => {
    await withGateway(graphiql, async (gateway) => {
      const paths = await filesOf(gateway);
      expect(paths).toHaveLength(browserFileNames.length);
      for (const path of paths) {
        expect(path).toMatch(/^\/graphql\/explorer\/[a-z-]+-[0-9a-f]{16}\.(?:js|css|svg)$/);
        const { status, headers, text } = await gateway.send(path);
        expect([status, headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
        expect(headers.get("content-type")).toMatch(/^(?:text\/javascript|text\/css|image\/svg\+xml)/);
        expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
        expect(text).not.toMatch(/@font-face|sourceMappingURL/);
      }
    });
  });

  test("answers HEAD without a body, and nothing but GET and HEAD", async () => {
    await withGateway(graphiql, async (gateway) => {
      for (const path of [page, ...(await filesOf(gateway))]) {
        const head = await gateway.send(path, { method: "HEAD" });
        expect([head.status, head.text]).toEqual([200, ""]);
        expect((await gateway.send(path, { method: "POST" })).status).toBe(404);
      }
    });
  });

  test.each([
    "/graphql/explorer//",
    "/graphql/explorer/page.js",
    "/graphql/explorer/LICENCES.txt",
    "/graphql/explorer/constructor",
    "/graphql/explorer/../../package.json",
    "/graphql/explorer/..%2f..%2fpackage.json",
    "/graphql/explorer/%2e%2e%2f%2e%2e%2fpackage.json",
    "/graphql/explorer/..%5c..%5cpackage.json",
    "/graphql/explorer/%2fetc%2fpasswd",
    "/graphql/explorer/page.js%00",
    "/graphql/explorer//etc/passwd",
    `/graphql/explorer/${"x".repeat(100)}`,
  ])("is not found at %s", async (path) => {
    await withGateway(graphiql, async ({ url }) => {
      expect(await statusOf(url, path)).toBe(404);
    });
  });

  test("is in the build, with the licences", () => {
    const built = (name: string) => new URL(`../../dist/explorer/browser/${name}`, import.meta.url);
    expect(browserFileNames.filter((name) => !existsSync(built(name)))).toEqual([]);
    const licences = readFileSync(built("LICENCES.txt"), "utf8");
    for (const name of ["graphiql", "react", "react-dom", "graphql", "codemirror", "@radix-ui/react-dialog"])
      expect(licences).toMatch(new RegExp(`^(?:.*, )?${name}(?:,|$)`, "m"));
  });
});

describe("the explorer", () => {
  test.each([
    ["switched off", { EXPLORER: "off" }],
    ["left alone in production", { NODE_ENV: "production" }],
  ])("is not there when %s", async (_when, env) => {
    await withGateway(callersAt("http://127.0.0.1:9", env), async ({ send }) => {
      const answered = await send("/graphql", browser);
      expect([answered.status, errorOf(answered).extensions.code]).toEqual([405, "METHOD_NOT_ALLOWED"]);
      expect((await send(page, browser)).status).toBe(404);
      expect((await send(`${page}/page.js`, browser)).status).toBe(404);
    });
  });

  test.each(["graphiql", "sandbox"])("%s is guarded against DNS rebinding", async (EXPLORER) => {
    await withGateway({ env: { EXPLORER } }, async (gateway) => {
      const headers = { host: "evil.example", accept: "text/html" };
      for (const path of ["/graphql", page, ...(await filesOf(gateway))])
        expect([path, await statusOf(gateway.url, path, headers)]).toEqual([path, 403]);
    });
  });

  test("is for no other origin", async () => {
    const origin = "https://studio.apollographql.com";
    await withGateway({ env: { CORS_ORIGINS: origin, EXPLORER: "graphiql" } }, async (gateway) => {
      for (const path of [page, ...(await filesOf(gateway))]) {
        const { headers } = await gateway.send(path, { headers: { origin } });
        expect(headers.get("access-control-allow-origin")).toBeNull();
      }
    });
  });
});

describe("Apollo Sandbox", () => {
  test("links the offline page, which links back", async () => {
    await withGateway({}, async ({ send }) => {
      const { text, headers } = await send("/graphql", browser);
      expect(text).toContain('<a href="./graphql/explorer">');
      expect(text).not.toMatch(/fonts\.(?:googleapis|gstatic)\.com"|<link[^>]*fonts\./);
      expect(headers.get("content-security-policy")).toBe(
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect((await send(page)).text).toContain('"sandbox":true');
    });
  });

  test("is nowhere with EXPLORER=graphiql", async () => {
    await withGateway(graphiql, async ({ send }) => {
      for (const path of ["/graphql", page]) {
        const { text } = await send(path, browser);
        expect(text).not.toContain("apollographql");
        expect(text).toContain('"sandbox":false');
      }
    });
  });
});

const forAnybody = { usersSignIn: false, visitors: true, userProfiles: true };

describe("the examples", () => {
  test("leave visitors out where there are none", () => {
    const queries = exampleOperations({ ...forAnybody, visitors: false }).map(({ query }) => query);
    expect(queries.filter((query) => /visitor/i.test(query))).toEqual([]);
    expect(queries.length).toBeGreaterThan(3);
  });

  test("leave users out where nobody may look them up", () => {
    const names = (userProfiles: boolean) =>
      exampleOperations({ ...forAnybody, userProfiles }).flatMap(({ query }) => /FindUsers?/.exec(query) ?? []);
    expect([names(false), names(true)]).toEqual([[], ["FindUser", "FindUsers"]]);
  });

  test("could end no script in Apollo's page", () => {
    expect(JSON.stringify(exampleOperations(forAnybody))).not.toContain("<");
  });

  test("give each variable that must be given", () => {
    for (const { query, variables } of exampleOperations(forAnybody)) {
      const needed = parse(query).definitions.flatMap((definition) =>
        definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
      );
      for (const { variable, type } of needed)
        if (type.kind === Kind.NON_NULL_TYPE) expect(Object.keys(variables)).toContain(variable.name.value);
    }
  });

  test("leave the user to callers who sign in", async () => {
    const examples = JSON.stringify(
      exampleOperations({ ...forAnybody, usersSignIn: true, userProfiles: false }).map(({ variables }) => variables),
    );
    expect(examples).not.toMatch(/userId|displayName/);
  });

  test.each([
    ["name a user where nobody signs in", { AUTH_MODE: "none" }, true],
    ["name no user where callers sign in", jwtEnv, false],
  ])("%s", async (_what, auth, named) => {
    await withGateway({ env: { AMITY_API_KEY: "key", EXPLORER: "graphiql", ...auth } }, async ({ send }) => {
      expect((await send(page, browser)).text.includes('"userId":"alice"')).toBe(named);
    });
  });
});
