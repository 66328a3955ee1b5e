import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { withEmulator } from "../support/emulator.js";
import { fencedCode } from "../support/fenced-code.js";
import { withGateway } from "../support/gateway.js";
import { describeWith } from "../support/system-programs.js";
import { type Answer, always, drip, inTurn, withUpstream } from "../support/upstream.js";

const execute = promisify(execFile);
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const jars = ["kotlin-stdlib", "kotlinx-coroutines-core", "atomicfu", "json-android"].map(
  (name) => `/usr/share/java/${name}.jar`,
);

/** The compiler takes its time on a busy machine. Milliseconds. */
const patienceMs = 180_000;
jest.setTimeout(patienceMs);

/** What the app printed: one line for each of its commands. */
type Do = (...commands: readonly string[]) => Promise<string[]>;

/** The answer of a gateway that has a token; a new one each time, good for ten minutes by its own clock. */
function minting(): Answer {
  let count = 0;
  return (response) => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const times = { issuedAt: at(0), refreshAfter: at(540_000) };
    const authToken = { token: `token-${++count}`, userId: "alice", ...times };
    response.writeHead(200).end(JSON.stringify({ data: { authToken } }));
  };
}

function refusing(status: number, extensions: object): Answer {
  return always(status, JSON.stringify({ errors: [{ message: "refused", extensions }] }), { "x-request-id": "r-9" });
}

const unavailable = refusing(503, { code: "UPSTREAM_UNAVAILABLE", retryable: true, requestId: "r-1" });
const forbidden = refusing(403, { code: "FORBIDDEN", retryable: false, requestId: "r-2" });

describeWith("/usr/bin/kotlinc", ...jars)("docs/clients/AmityAuth.kt", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "amity-kotlin-"));
    const page = fencedCode("clients/android.md", "kotlin").filter((code) => !code.startsWith("// Not compiled"));
    const onPage = page.join("\n").replace('"https://gateway.example.com/graphql"', 'System.getenv("GATEWAY")');
    await writeFile(join(folder, "Page.kt"), onPage);
    await mkdir(join(folder, "classes"));
    const stubs = path("test/languages/kotlin/stubs");
    for (const name of await readdir(stubs)) await copyFile(join(stubs, name), join(folder, name));
    await copyFile(path("test/languages/kotlin/App.kt"), join(folder, "App.kt"));
    await copyFile(path("docs/clients/AmityAuth.kt"), join(folder, "AmityAuth.kt"));
    await execute("kotlinc", ["-cp", jars.join(":"), "-d", join(folder, "classes"), folder], { timeout: patienceMs });
  }, patienceMs);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  function appAt(url: string, credential: string, env: Record<string, string> = {}): Do {
    return async (...commands) => {
      const args = [
        "-XX:TieredStopAtLevel=1",
        "-cp",
        [join(folder, "classes"), ...jars].join(":"),
        "AppKt",
        ...commands,
      ];
      const settings = { PATH: process.env["PATH"], GATEWAY: `${url}/graphql`, CREDENTIAL: credential, ...env };
      const { stdout, stderr } = await execute("java", args, { env: settings, timeout: patienceMs });
      expect(stderr).toBe("");
      return stdout.replace(/\n$/, "").split("\n");
    };
  }

  /** The app before a real gateway and its emulator. */
  function withApp(use: (app: Do, logged: readonly string[]) => Promise<void>): Promise<void> {
    return withEmulator({}, async ({ url, serverKey }) => {
      const { env } = callersAt(url, { AMITY_EU_SERVER_KEY: serverKey });
      await withGateway({ env: { ...env } }, async (gateway) => {
        const { authorization = "" } = await signedIn("alice");
        await use(appAt(new URL(gateway.url).origin, authorization), gateway.logged);
      });
    });
  }

  /** The app before a gateway that answers by a script. */
  function withScript(answer: Answer, use: (app: Do, asked: () => number) => Promise<void>): Promise<void> {
    return withUpstream(answer, ({ url, seen }) => use(appAt(url, "Bearer app-token"), () => seen.length));
  }

  test("gets a token and renews with another", async () => {
    await withApp(async (app) => {
      const [token, renewed, ...more] = await app("get", "renew", "get by the page", "renew by the page");
      expect(token).toMatch(/^[\w.-]{20,}$/);
      expect(renewed).toMatch(/^renewed [\w.-]{20,}$/);
      expect(renewed).not.toContain(token);
      expect(more).toEqual([expect.stringMatching(/^[\w.-]{20,}$/), expect.stringMatching(/^renewed [\w.-]{20,}$/)]);
    });
  });

  test("shares one request among calls at once", async () => {
    await withScript(minting(), async (app, asked) => {
      expect(await app("get at once", "get")).toEqual([Array(5).fill("token-1").join(" "), "token-1"]);
      expect(asked()).toBe(1);
    });
  });

  test("asks again at refreshAfter and by force", async () => {
    await withScript(minting(), async (app) => {
      const lines = await app("get", "advance 530000", "get", "advance 10000", "get", "force");
      expect(lines.filter((line) => line !== "advanced")).toEqual(["token-1", "token-1", "token-2", "token-3"]);
    });
  });

  test("gives a renewal five attempts at most", async () => {
    await withScript(unavailable, async (app, asked) => {
      const lines = await app("renew", "sleeps");
      expect(lines).toEqual(["unable UPSTREAM_UNAVAILABLE true 0 r-1", "1000 2000 4000 8000"]);
      expect(asked()).toBe(5);
    });
  });

  test("renews as soon as an attempt succeeds", async () => {
    await withScript(inTurn(unavailable, unavailable, minting()), async (app, asked) => {
      expect(await app("renew", "sleeps")).toEqual(["renewed token-1", "1000 2000"]);
      expect(asked()).toBe(3);
    });
  });

  test.each([
    ["a refusal that is final", forbidden, "FORBIDDEN false 0 r-2", ""],
    [
      "a wait of more than a minute",
      refusing(429, { code: "RATE_LIMITED", retryable: true, retryAfterSeconds: 61 }),
      "RATE_LIMITED true 61 r-9",
      "",
    ],
    ["a redirect", always(307, "", { location: "/graphql" }), "BAD_RESPONSE false 0 null", ""],
    ["a page of HTML", always(200, "<html>"), "BAD_RESPONSE false 0 null", ""],
  ])("gives a renewal one attempt after %s", async (_kind, answer, told, sleeps) => {
    await withScript(answer, async (app, asked) => {
      expect(await app("renew", "sleeps")).toEqual([`unable ${told}`, sleeps]);
      expect(asked()).toBe(1);
    });
  });

  test("waits for as long as the gateway asks", async () => {
    const limited = refusing(429, { code: "RATE_LIMITED", retryable: true, retryAfterSeconds: 7 });
    const proxy = always(503, "away", { "retry-after": "9" });
    await withScript(inTurn(limited, proxy, minting()), async (app) => {
      expect(await app("renew", "sleeps")).toEqual(["renewed token-1", "7000 9000"]);
    });
  });

  test("asks again after a call that failed", async () => {
    await withScript(inTurn(forbidden, minting()), async (app) => {
      expect(await app("get", "get")).toEqual(["FORBIDDEN false 0 r-2", "token-1"]);
    });
  });

  test("forgets the token at the sign-out", async () => {
    await withScript(minting(), async (app) => {
      expect(await app("get", "clear", "get")).toEqual(["token-1", "cleared", "token-2"]);
    });
  });

  test("ignores renewals of whoever has signed out", async () => {
    await withScript(minting(), async (app, asked) => {
      expect(await app("clear and renew", "get")).toEqual(["answered: false", "token-1"]);
      expect(asked()).toBe(1);
    });
  });

  test("cancels at the sign-out what is under way", async () => {
    await withScript(minting(), async (app) => {
      expect(await app("get and clear")).toEqual(["CANCELLED false 0 null"]);
    });
    await withScript(unavailable, async (app, asked) => {
      expect(await app("renew and clear")).toEqual(["cancelled"]);
      expect(asked()).toBe(1);
    });
  });

  test.each([
    ["never answers", () => {}],
    ["drips", drip],
  ] as [string, Answer][])("ends a request to a gateway that %s", async (_kind, answer) => {
    await withUpstream(answer, async ({ url }) => {
      expect(await appAt(url, "Bearer app-token", { TIMEOUT_MS: "300" })("get")).toEqual(["NETWORK true 0 null"]);
    });
  });

  test("shows neither token nor credential", async () => {
    await withScript(minting(), async (app) => {
      expect(await app("show", "break the credential", "get")).toEqual([
        "AuthToken of alice null",
        "broken",
        "UNAUTHENTICATED false 0 null",
      ]);
    });
  });
});
