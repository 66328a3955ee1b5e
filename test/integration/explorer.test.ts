import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { Kind, parse } from "graphql";
import { loadConfig } from "../../src/config/config.js";
import { browserFileNames } from "../../src/explorer/browser-files.js";
import { exampleOperations } from "../../src/explorer/example-operations.js";
import { buildGraphQLSchema } from "../../src/graphql/build-schema.js";
import { version } from "../../src/system/version.js";
import { callersAt, jwtEnv } from "../support/callers.js";
import { errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";

const browser = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };
const graphiql = { env: { EXPLORER: "graphiql" } };
const page = "/graphql/explorer";
const sandbox = "/graphql/sandbox";
const doorway = "/graphql";
const start = "/";
const schema = "/docs/schema";

/** Every page that there can be. */
const pages = [start, doorway, page, sandbox, schema];

/** Addresses, below the gateway's root, of the files that the offline page loads. */
async function filesOf({ send }: TestGateway): Promise<string[]> {
  const { text } = await send(page);
  return [...text.matchAll(/(?:src|href)="\.\.(\/graphql\/explorer\/[^"]+)"/g)].map(([, path = ""]) => path);
}

/** A Content-Security-Policy by its directives. */
function directivesOf(headers: Headers): Record<string, string> {
  const directives = (headers.get("content-security-policy") ?? "").split("; ");
  return Object.fromEntries(directives.map((text) => [text.split(" ", 1)[0], text.slice(text.indexOf(" ") + 1)]));
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function linksIn(text: string): string[] {
  return [...text.matchAll(/<a[^>]* href="([^"]*)"/g)].map(([, address = ""]) => address);
}

// biome-ignore lint/suspicious/noExplicitAny: each page has settings of its own
function settingsIn(text: string): any {
  return JSON.parse(/<script id="settings" type="application\/json">(.*?)<\/script>/s.exec(text)?.[1] ?? "null");
}

function escaped(text: string): string {
  return text.replaceAll("'", "&#39;");
}

/** The status for a path sent as it is, where fetch would resolve its dots. */
async function statusOf(url: string, path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return (await rawAnswer(url, path, headers)).statusCode;
}

/** The headers for a request with headers that fetch would not send. */
async function headersOf(url: string, path: string, headers: Record<string, string>): Promise<IncomingHttpHeaders> {
  return (await rawAnswer(url, path, headers)).headers;
}

function rawAnswer(url: string, path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => resolve(response.resume());
    get({ hostname, port, path, headers, agent: false }, answered).on("error", reject);
  });
}

function explorerFor(env: Record<string, string>): string | undefined {
  return loadConfig({ AUTH_MODE: "none", AMITY_SERVER_KEY: "key", ...env }).config?.explorer;
}

describe("EXPLORER", () => {
  test.each([
    ["auto", "development", "auto"],
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

/** Each page as a browser gets it. */
async function everyPage({ send }: TestGateway) {
  return Promise.all(pages.map(async (path) => ({ path, ...(await send(path, browser)) })));
}

describe("a page", () => {
  test("forbids other scripts, frames, forms and caching", async () => {
    await withGateway({}, async (gateway) => {
      for (const { path, status, headers } of await everyPage(gateway)) {
        expect([path, status, headers.get("content-type")]).toEqual([path, 200, "text/html; charset=utf-8"]);
        const policy = directivesOf(headers);
        expect(policy).toMatchObject({
          "default-src": "'none'",
          "base-uri": "'none'",
          "form-action": "'none'",
          "frame-ancestors": "'none'",
        });
        expect(JSON.stringify(policy)).not.toMatch(/unsafe|\*|http:/);
        expect(Object.fromEntries(headers)).toMatchObject({
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
        });
      }
    });
  });

  test("runs and shows what its policy permits alone", async () => {
    await withGateway({}, async (gateway) => {
      for (const { text, headers } of await everyPage(gateway)) {
        const { "script-src": scripts = "", "style-src": styles = "" } = directivesOf(headers);
        for (const [, content = ""] of text.matchAll(/<script type="module">([\s\S]*?)<\/script>/g))
          expect(scripts).toContain(hashOf(content));
        for (const [, content = ""] of text.matchAll(/<style>([\s\S]*?)<\/style>/g))
          expect(styles).toContain(hashOf(content));
        expect(text).not.toMatch(/ on\w+=|style="|javascript:/);
        expect(text).not.toMatch(/(?:src|href)="(?:http:|\/)/);
      }
    });
  });

  test("has a title and an icon", async () => {
    await withGateway({}, async (gateway) => {
      for (const { text } of await everyPage(gateway)) {
        expect(text).toMatch(/<title>[A-Z][\w ]+ · amity-graphql<\/title>/);
        expect(text).toContain('<link rel="icon" href="data:image/svg+xml,');
      }
    });
  });

  test("names Apollo's hosts only where it loads from them", async () => {
    await withGateway({}, async (gateway) => {
      const named = (await everyPage(gateway)).filter(({ text, headers }) =>
        `${text}${headers.get("content-security-policy")}`.includes("apollographql"),
      );
      expect(named.map(({ path }) => path)).toEqual([doorway, sandbox]);
    });
  });
});

describe("the start page", () => {
  test("tells product, version, regions and ways on", async () => {
    await withGateway({}, async ({ send }) => {
      const { text } = await send(start, browser);
      for (const shown of ["amity-graphql", version, "Europe", "Singapore", "United States", "available"])
        expect(text).toContain(shown);
      expect(linksIn(text)).toEqual([
        "./",
        "./graphql/explorer",
        "./graphql/sandbox",
        "./docs/schema",
        "https://docs.social.plus",
        "./",
      ]);
    });
  });

  test("tells a region's state as it is now", async () => {
    await withGateway({ env: regionAt("http://127.0.0.1:9", { AUTH_MODE: "none" }) }, async ({ send }) => {
      const { text } = await send(start, browser);
      const states = [...text.matchAll(/<li>.*?<b>(.*?)<\/b>[\s\S]*?<span class="chip [a-z]*">(.*?)<\/span>/g)];
      expect(states.map(([, name, state]) => [name, state])).toEqual([
        ["Europe", "available"],
        ["Singapore", "not configured"],
        ["United States", "not configured"],
      ]);
    });
  });

  test.each<[string, string, RequestInit]>([
    ["programs", "auto", {}],
    ["programs that want JSON", "auto", { headers: { accept: "application/json" } }],
    ["HEAD", "auto", { method: "HEAD", ...browser }],
    ["browsers without the explorer", "off", browser],
  ])("is no page for %s", async (_whom, EXPLORER, init) => {
    await withGateway({ env: { EXPLORER } }, async ({ send }) => {
      const answered = await send(start, init);
      expect(answered.status).toBe(404);
      if (init.method !== "HEAD") expect(errorOf(answered).extensions.code).toBe("NOT_FOUND");
    });
  });
});

describe("the schema's page", () => {
  test("describes every type, and the schema itself", async () => {
    await withGateway({}, async ({ send }) => {
      const { text } = await send(schema, browser);
      const { description } = buildGraphQLSchema();
      expect(description).toMatch(/Amity/);
      expect(text).toContain(escaped(description ?? ""));
      for (const name of ["authToken", "createSession", "CreateSessionInput", "RegionStatus", "DateTime"])
        expect(text).toMatch(new RegExp(`<article class="card stack" id="(?:\\w+\\.)?${name}">`));
    });
  });

  test("links to sections that exist", async () => {
    await withGateway({}, async ({ send }) => {
      const { text } = await send(schema, browser);
      const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => `#${id}`);
      expect(linksIn(text).filter((link) => link.startsWith("#") && !ids.includes(link))).toEqual([]);
    });
  });

  test.each([
    ["off", "off"],
    ["for callers who sign in", "auto"],
  ])("is not there with introspection %s", async (_what, INTROSPECTION) => {
    const env = { NODE_ENV: "production", EXPLORER: "auto", INTROSPECTION };
    await withGateway(callersAt("http://127.0.0.1:9", { ...env, EXPLORER: "sandbox" }), async ({ send }) => {
      expect((await send(schema, browser)).status).toBe(404);
      for (const path of [start, page]) expect((await send(path, browser)).text).not.toContain("docs/schema");
    });
  });
});

describe("the page at the endpoint", () => {
  test("asks Apollo's host for nothing but its script", async () => {
    await withGateway({}, async ({ send }) => {
      const { text, headers } = await send(doorway, browser);
      expect(linksIn(text)).toEqual(["./", "./graphql/explorer", "./graphql/sandbox"]);
      const { "script-src": scripts = "", "connect-src": connections } = directivesOf(headers);
      expect(scripts.split(" ").filter((source) => !source.startsWith("'sha256-"))).toEqual([
        "https://embeddable-sandbox.cdn.apollographql.com",
      ]);
      expect(connections).toBeUndefined();
    });
  });

  test.each([
    ["graphiql", "/graphql", "./graphql/explorer"],
    ["graphiql", "/graphql/", "../graphql/explorer"],
    ["graphiql", "/graphql/?x=1", "../graphql/explorer"],
    ["sandbox", "/graphql", "./graphql/sandbox"],
  ])("leads straight on with EXPLORER=%s at %s", async (EXPLORER, path, location) => {
    await withGateway({ env: { EXPLORER } }, async ({ send }) => {
      const { status, headers } = await send(path, { ...browser, redirect: "manual" });
      expect([status, headers.get("location")]).toEqual([302, location]);
    });
  });

  test.each(["auto", "graphiql", "sandbox"])("is a page only for those who ask with EXPLORER=%s", async (EXPLORER) => {
    await withGateway({ env: { EXPLORER } }, async ({ send }) => {
      for (const init of [{}, { method: "HEAD", ...browser }, { method: "PUT", ...browser }]) {
        const { status, headers } = await send("/graphql", init);
        expect([status, headers.get("allow")]).toEqual([405, "POST"]);
      }
      expect((await send("/graphql?query={regions{code}}", browser)).text).not.toContain('"data"');
    });
  });
});

describe("the offline page", () => {
  test("permits its own files alone", async () => {
    await withGateway(graphiql, async ({ send }) => {
      for (const path of ["/graphql", page]) {
        expect((await send(path, browser)).headers.get("content-security-policy")).toMatch(
          /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{24}'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
        );
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
      expect(text).not.toMatch(/(?:src|href)="(?:(?!data:image\/)[a-z]+:|\/)/i);
      expect(text).not.toMatch(/<script(?![^>]* src=| id="settings" type="application\/json")/);
      expect(text).not.toMatch(/ on\w+=|<style|style="/);
    });
  });

  test("holds every shipped operation", async () => {
    await withGateway(graphiql, async ({ send }) => {
      const { text } = await send(page, browser);
      for (const name of ["Regions", "FindRegion", "FetchAuthToken", "CreateSession"])
        expect(text).toMatch(new RegExp(`(query|mutation) ${name}\\b`));
    });
  });

  test("takes a token where callers sign in alone", async () => {
    await withGateway(graphiql, async ({ send }) => expect((await send(page)).text).not.toContain('id="token"'));
    await withGateway(callersAt("http://127.0.0.1:9", graphiql.env), async ({ send }) => {
      const { text } = await send(page);
      expect(text).toContain('id="token" type="password" autocomplete="off"');
      expect(settingsIn(text).callers).toEqual({ userClaim: "sub", serviceKeys: false });
    });
  });

  test("is alone in its window where browsers heed that", async () => {
    await withGateway(graphiql, async ({ url, send }) => {
      expect((await send(page)).headers.get("cross-origin-opener-policy")).toBeNull();
      const headers = await headersOf(url, page, { "sec-fetch-site": "none" });
      expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    });
  });
});

describe("a page with a slash behind its path", () => {
  test.each(["/graphql/explorer", "/graphql/explorer/", "/graphql/explorer/?x=1"])(
    "%s finds its files and the endpoint",
    async (path) => {
      await withGateway({}, async ({ send, url }) => {
        const { text } = await send(path, browser);
        const [script = ""] = /(?<=src=")[^"]*page-[^"]*/.exec(text) ?? [];
        expect((await send(new URL(script, new URL(path, url)).pathname)).status).toBe(200);
        expect(new URL(settingsIn(text).endpoint, new URL(path, url)).pathname).toBe("/graphql");
      });
    },
  );

  test.each(["/graphql/", "/graphql/sandbox/", "/docs/schema/"])("%s leads to the same pages", async (path) => {
    await withGateway({}, async ({ send, url }) => {
      const paths = async (from: string) => {
        const links = linksIn((await send(from, browser)).text).filter((link) => link.startsWith("."));
        return links.map((link) => new URL(link, new URL(from, url)).pathname);
      };
      expect(await paths(path)).toEqual(await paths(path.slice(0, -1)));
      expect((await paths(path)).length).toBeGreaterThan(1);
    });
  });
});

describe("a file of the offline page", () => {
  test("may be kept for ever under its name", async () => {
    await withGateway(graphiql, async (gateway) => {
      const paths = await filesOf(gateway);
      expect(paths).toHaveLength(browserFileNames.length);
      for (const path of paths) {
        expect(path).toMatch(/^\/graphql\/explorer\/[a-z-]+-[0-9a-f]{16}\.(?:js|css)$/);
        const { status, headers, text } = await gateway.send(path);
        expect([status, headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
        expect(headers.get("content-type")).toMatch(/^text\/(?:javascript|css); charset=utf-8$/);
        expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
        expect(text).not.toMatch(/@font-face|sourceMappingURL/);
      }
    });
  });

  test("imports others by the names that they are served under", async () => {
    await withGateway(graphiql, async (gateway) => {
      const paths = await filesOf(gateway);
      const imported = await Promise.all(
        paths.map(async (path) => {
          const { text } = await gateway.send(path);
          return [...text.matchAll(/^import .*?"(\.\/[^"]+)";$/gm)].map(([, name = ""]) => `${page}/${name.slice(2)}`);
        }),
      );
      expect(imported.flat().length).toBeGreaterThan(10);
      expect(imported.flat().filter((path) => !paths.includes(path))).toEqual([]);
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
    const bundled = ["graphiql", "react", "react-dom", "graphql", "codemirror", "@radix-ui/react-dialog"];
    for (const name of [...bundled, "@graphiql/plugin-explorer", "graphiql-explorer"])
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
      for (const path of [start, page, sandbox, schema, `${page}/page.js`])
        expect([path, (await send(path, browser)).status]).toEqual([path, 404]);
    });
  });

  test.each(["auto", "graphiql", "sandbox"])("%s is guarded against DNS rebinding", async (EXPLORER) => {
    await withGateway({ env: { EXPLORER } }, async (gateway) => {
      const headers = { host: "evil.example", accept: "text/html" };
      for (const path of [...pages, ...(await filesOf(gateway))])
        expect([path, await statusOf(gateway.url, path, headers)]).toEqual([path, 403]);
    });
  });

  test("is for no other origin", async () => {
    const origin = "https://studio.apollographql.com";
    await withGateway({ env: { CORS_ORIGINS: origin } }, async (gateway) => {
      for (const path of [start, page, sandbox, schema, ...(await filesOf(gateway))]) {
        const { headers } = await gateway.send(path, { headers: { origin, accept: "text/html" } });
        expect(headers.get("access-control-allow-origin")).toBeNull();
      }
    });
  });
});

describe("Apollo Sandbox", () => {
  test("has the operations, no telemetry, and a link to the offline page", async () => {
    await withGateway({}, async ({ send }) => {
      const { text } = await send(sandbox, browser);
      expect(linksIn(text)).toContain("../graphql/explorer");
      const { sandbox: options, endpoint } = settingsIn(text);
      expect([options.runTelemetry, options.endpointIsEditable, endpoint]).toEqual([false, false, "../graphql"]);
      for (const name of ["Regions", "FindRegion", "FetchAuthToken", "CreateSession"])
        expect(options.initialState.document).toMatch(new RegExp(`(query|mutation) ${name}\\b`));
      expect(options.initialState.variables).toMatchObject({ userId: "alice" });
    });
  });

  test("may load Apollo's script and frame, and send to the gateway", async () => {
    await withGateway({}, async ({ send }) => {
      const { "script-src": scripts = "", ...policy } = directivesOf((await send(sandbox, browser)).headers);
      expect(scripts.split(" ").filter((source) => !source.startsWith("'sha256-"))).toEqual([
        "https://embeddable-sandbox.cdn.apollographql.com",
      ]);
      expect(policy).toMatchObject({
        "frame-src": "https://sandbox.embed.apollographql.com",
        "connect-src": "'self'",
        "img-src": "data:",
      });
    });
  });

  test("is nowhere with EXPLORER=graphiql", async () => {
    await withGateway(graphiql, async ({ send }) => {
      expect((await send(sandbox, browser)).status).toBe(404);
      for (const path of [start, "/graphql", page]) {
        const { text, headers } = await send(path, browser);
        expect(`${text}${headers.get("content-security-policy")}`).not.toMatch(/apollo|sandbox/i);
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
