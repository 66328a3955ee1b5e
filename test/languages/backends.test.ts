import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { createApiKey } from "../../src/caller/api-keys.js";
import { withEmulator } from "../support/emulator.js";
import { fencedCode } from "../support/fenced-code.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { describeWith } from "../support/system-programs.js";
import { type Answer, always, drip, inTurn, withUpstream } from "../support/upstream.js";

const execute = promisify(execFile);

/** Interpreters and compilers take their time on a busy machine. Milliseconds. */
const patienceMs = 180_000;
jest.setTimeout(patienceMs);

interface Language {
  /** As in the blocks of docs/clients/backends.md. */
  readonly name: string;
  /** Debian's, by its path: another may come first in PATH. */
  readonly program: string;
  /** Where the page's first block goes, and the program that uses it. */
  readonly files: readonly [module: string, main: string];
  /** Compiles, in the folder of the files. */
  readonly compile?: readonly string[];
  readonly run: readonly string[];
}

const go = "/usr/bin/go";
const languages: readonly Language[] = [
  { name: "php", program: "/usr/bin/php", files: ["gateway.php", "main.php"], run: ["/usr/bin/php", "main.php"] },
  {
    name: "python",
    program: "/usr/bin/python3",
    files: ["gateway.py", "main.py"],
    run: ["/usr/bin/python3", "main.py"],
  },
  { name: "ruby", program: "/usr/bin/ruby", files: ["gateway.rb", "main.rb"], run: ["/usr/bin/ruby", "main.rb"] },
  {
    name: "go",
    program: go,
    files: ["gateway/gateway.go", "main.go"],
    compile: [go, "build", "-o", "main", "main.go"],
    run: ["./main"],
  },
];

interface Outcome {
  readonly token?: string;
  readonly code?: string;
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
  readonly requestId?: string;
  /** The error and the gateway object, as the language shows them. */
  readonly shown?: string;
}

const backend = createApiKey({ id: "backend", scopes: ["amity:mint:any"], userIdPrefix: "b" });
const minted = always(200, JSON.stringify({ data: { authToken: { token: "token-1" } } }));

function refusing(extensions: object): Answer {
  return always(503, JSON.stringify({ errors: [{ message: "refused", extensions }] }));
}

describe.each(languages)("docs/clients/backends.md in $name", ({ name, program, files, compile, run }) => {
  describeWith(program)("", () => {
    let folder = "";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), `amity-${name}-`));
      const [module = "", usage = "", ...rest] = fencedCode("clients/backends.md", name);
      expect(rest).toEqual([]);
      const path = fileURLToPath(new URL(`backends/${files[1]}`, import.meta.url));
      const main = (await readFile(path, "utf8")).replace(/^([ \t]*)(?:#|\/\/) USAGE$/m, (_line, indent: string) =>
        usage.trimEnd().replace(/^/gm, indent),
      );
      await mkdir(dirname(join(folder, files[0])), { recursive: true });
      await writeFile(join(folder, files[0]), module);
      await writeFile(join(folder, files[1]), main);
      await writeFile(join(folder, "go.mod"), "module example.com/backend\n\ngo 1.19\n");
      const env = { PATH: process.env["PATH"], GOCACHE: join(folder, "cache"), GOPROXY: "off" };
      if (compile) await execute(compile[0] ?? "", compile.slice(1), { cwd: folder, env, timeout: patienceMs });
    }, patienceMs);

    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** Lets the program ask for bob's token. Nothing that it shows holds the key. */
    async function ask(url: string, more: Record<string, string> = {}): Promise<Outcome> {
      const env = { PATH: process.env["PATH"], GATEWAY: url, SERVICE_KEY: backend.credential, ...more };
      const options = { cwd: folder, env, timeout: patienceMs };
      const { stdout, stderr } = await execute(run[0] ?? "", [...run.slice(1), "bob"], options);
      expect(stderr).toBe("");
      expect(stdout).not.toContain(env.SERVICE_KEY);
      return JSON.parse(stdout);
    }

    /** The outcome with a gateway that answers by a script, and how often it was asked. */
    async function askScripted(answer: Answer, env: Record<string, string> = {}): Promise<Outcome & { asked: number }> {
      let outcome = {};
      let asked = 0;
      await withUpstream(answer, async ({ url, seen }) => {
        outcome = await ask(`${url}/graphql`, env);
        asked = seen.length;
      });
      return { ...outcome, asked };
    }

    /** A real gateway with its emulator, which knows the service key. */
    function withRealGateway(use: (url: string, logged: readonly string[]) => Promise<void>): Promise<void> {
      return withEmulator({}, async ({ url, apiKey, serverKey }) => {
        const keys = join(folder, "keys.json");
        await writeFile(keys, JSON.stringify([backend.entry]));
        const region = regionAt(url, { AMITY_EU_API_KEY: apiKey, AMITY_EU_SERVER_KEY: serverKey });
        const env = { ...region, AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: keys };
        await withGateway({ env }, (gateway) => use(new URL("/graphql", gateway.url).href, gateway.logged));
      });
    }

    test("gets a user's token from a gateway", async () => {
      await withRealGateway(async (url, logged) => {
        const { token = "" } = await ask(url);
        expect(token).toMatch(/^[\w.-]{20,}$/);
        expect(logged.join("\n")).toContain("bob");
        expect(logged.join("\n")).not.toContain(token);
      });
    });

    test("tells that a gateway refuses its key", async () => {
      await withRealGateway(async (url) => {
        const ServiceKey = `backend.${"x".repeat(43)}`;
        const { shown, ...outcome } = await ask(url, { SERVICE_KEY: ServiceKey });
        const requestId = expect.stringMatching(/^[\w-]{8,}$/);
        expect(outcome).toEqual({ code: "UNAUTHENTICATED", retryable: false, retryAfterSeconds: 0, requestId });
        expect(shown).toContain("UNAUTHENTICATED");
      });
    });

    test("tries three times at most while it may help", async () => {
      const away = refusing({ code: "OVERLOADED", retryable: true, requestId: "r-1" });
      const [healed, lasting] = await Promise.all([
        askScripted(inTurn(away, always(502, "<html>"), minted)),
        askScripted(always(502, "<html>")),
      ]);
      expect(healed).toEqual({ token: "token-1", asked: 3 });
      expect(lasting).toMatchObject({ code: "BAD_RESPONSE", retryable: true, asked: 3 });
    });

    test.each([
      ["a final refusal", refusing({ code: "FORBIDDEN", retryable: false }), { code: "FORBIDDEN", retryable: false }],
      [
        "a wait of more than five seconds",
        refusing({ code: "RATE_LIMITED", retryable: true, retryAfterSeconds: 6 }),
        { code: "RATE_LIMITED", retryable: true, retryAfterSeconds: 6 },
      ],
      ["a redirect", always(307, "", { location: "/graphql" }), { code: "BAD_RESPONSE", retryable: false }],
      ["a list", always(200, "[]"), { code: "BAD_RESPONSE", retryable: false }],
      ["errors that are none", always(200, '{"errors":{"0":1}}'), { code: "BAD_RESPONSE", retryable: false }],
      ["no text", always(200, ""), { code: "BAD_RESPONSE", retryable: false }],
    ])("tries once after %s", async (_kind, answer, outcome) => {
      expect(await askScripted(answer)).toMatchObject({ ...outcome, asked: 1 });
    });

    test("ends a request that hangs or drips", async () => {
      const hang: Answer = () => {};
      const env = { TIMEOUT_SECONDS: "0.3" };
      for (const outcome of await Promise.all([askScripted(hang, env), askScripted(drip, env)])) {
        expect(outcome).toMatchObject({ code: "NETWORK", retryable: true, asked: 3 });
      }
    });
  });
});
