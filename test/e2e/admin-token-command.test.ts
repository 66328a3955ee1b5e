import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { issue } from "../support/certificates.js";
import { testClock } from "../support/clock.js";
import { deferred } from "../support/deferred.js";
import { withEmulator } from "../support/emulator.js";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { command, run, shellCommand } from "../support/process.js";
import { type Answer, always, type Upstream, withUpstream } from "../support/upstream.js";

jest.setTimeout(30_000); // processes start slowly on a busy machine; nothing waits for it to pass

const rotate = ["admin-token", "rotate"];
const oldToken = "canary-old-admin-token";
const newToken = "canary-new-admin-token";
const times = { issuedAt: "2026-01-01T00:00:00.000Z", expiresAt: "2027-01-01T00:00:00.000Z" };
const made: Answer = always(200, JSON.stringify({ adminToken: newToken, ...times }));
const endAll = 'mutation { revokeUserSessions(input: { userId: "alice" }) { revoked } }';

const openSession = 'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { userId } }';

/** Tests with mounts of their own, where Linux lets anybody have them. */
const hasMounts = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status === 0;
const testWithMounts = hasMounts ? test : test.skip;

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(await realpath(tmpdir()), "amity-graphql-"));
  file = join(folder, "admin-token");
  await writeFile(file, `${oldToken}\n`);
  await chmod(file, 0o640);
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const settings = ({ url }: Pick<Upstream, "url">, more: Record<string, string> = {}) =>
  regionAt(url, { AMITY_EU_ADMIN_TOKEN_FILE: file, ...more });

/** That nothing secret is in what a command printed. */
function expectSilence({ stdout, stderr }: { stdout: string; stderr: string }): void {
  for (const token of [oldToken, newToken]) expect(stdout + stderr).not.toContain(token);
}

describe("amity-graphql admin-token rotate", () => {
  test("under mutual TLS serves a gateway that runs on", async () => {
    const clock = testClock(Date.now());
    await withEmulator({ mtls: true, adminTokenOverlapMs: 1, clock: clock.now }, async (emulator) => {
      const { cert, key } = await issue(emulator, "backend");
      const files = { ca: emulator.ca ?? "", cert, key, "admin-token": `${emulator.adminToken}\n` };
      for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
      const env = {
        AMITY_SG_BASE_URL: emulator.url,
        AMITY_SG_API_KEY: emulator.apiKey,
        AMITY_SG_SERVER_KEY: emulator.serverKey,
        AMITY_SG_ADMIN_TOKEN_FILE: file,
        AMITY_MTLS_CA_FILE: at("ca"),
        AMITY_MTLS_CERT_FILE: at("cert"),
        AMITY_MTLS_KEY_FILE: at("key"),
      };
      await withGateway({ env, ...clock }, async ({ ask, send }) => {
        expect((await ask(openSession)).body.errors).toBeUndefined();
        expect((await ask(endAll)).body).toEqual({ data: { revokeUserSessions: { revoked: true } } });
        // Who may call the gateway does not matter to the command.
        const { code, stderr } = await run(rotate, { ...env, NODE_ENV: "production", AUTH_MODE: "jwt" });
        expect([code, stderr]).toEqual([0, ""]);
        clock.advance(1_000);
        expect((await ask(endAll)).body).toEqual({ data: { revokeUserSessions: { revoked: true } } });
        const { expiresAt } = JSON.parse(await readFile(`${file}.json`, "utf8"));
        const seconds = Date.parse(expiresAt) / 1_000;
        expect((await send("/metrics")).text).toContain(
          `\namity_admin_token_expiry_timestamp_seconds{region="SG"} ${seconds}\n`,
        );
      });
      // The one before is dead.
      await writeFile(file, emulator.adminToken);
      await withGateway({ env, ...clock }, async ({ ask }) => {
        expect(errorOf(await ask(endAll)).extensions.code).toBe("UPSTREAM_AUTH_FAILED");
      });
    });
  });

  test.each([
    ["bearer", { authorization: `Bearer ${oldToken}` }],
    ["x-admin-token", { "x-admin-token": oldToken }],
  ])("sends exactly the documented request by %s", async (AMITY_ADMIN_AUTH, credential) => {
    await withUpstream(made, async (upstream) => {
      const finished = await run(rotate, settings(upstream, { AMITY_ADMIN_AUTH }));
      expect([finished.code, finished.stderr]).toEqual([0, ""]);
      expectSilence(finished);
      expect(upstream.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
        ["POST", "/api/v1/admin-token", ""],
      ]);
      const { "content-length": _length, ...headers } = upstream.seen[0]?.headers ?? {};
      expect(headers).toEqual({
        accept: "application/json, text/plain",
        "accept-encoding": "identity",
        connection: "keep-alive",
        host: new URL(upstream.url).host,
        "user-agent": "amity-graphql/2.0.0",
        ...credential,
      });
    });
  });

  test("writes the token, its times and nothing else", async () => {
    await withUpstream(made, async (upstream) => {
      const { code, stdout } = await run([...rotate, "--json"], settings(upstream));
      expect([code, JSON.parse(stdout)]).toEqual([
        0,
        { region: "EU", setting: "AMITY_EU_ADMIN_TOKEN_FILE", ...times, wasBrokenOff: false },
      ]);
      expect([await readFile(file, "utf8"), (await stat(file)).mode & 0o777]).toEqual([`${newToken}\n`, 0o640]);
      expect((await stat(`${file}.json`)).mode & 0o777).toBe(0o640);
      expect((await readdir(folder)).sort()).toEqual(["admin-token", "admin-token.json"]);
    });
  });

  test("follows a link to the file and leaves the link", async () => {
    await symlink("admin-token", at("link"));
    await withUpstream(made, async (upstream) => {
      expect((await run(rotate, settings(upstream, { AMITY_EU_ADMIN_TOKEN_FILE: at("link") }))).code).toBe(0);
      expect([(await lstat(at("link"))).isSymbolicLink(), await readFile(file, "utf8")]).toEqual([
        true,
        `${newToken}\n`,
      ]);
    });
  });

  test.each<[string, number, Record<string, string>, RegExp]>([
    ["no token", 78, {}, /AMITY_EU_ADMIN_TOKEN_FILE is not set/],
    [
      "a token without a file",
      78,
      { AMITY_EU_ADMIN_TOKEN: oldToken },
      /put it into a file that AMITY_EU_ADMIN_TOKEN_F/,
    ],
    [
      "a folder that takes no file",
      1,
      { AMITY_EU_ADMIN_TOKEN_FILE: "/proc/sys/kernel/hostname" },
      /^amity-graphql: AMITY_EU_ADMIN_TOKEN_FILE names a file that cannot be replaced: .* \(\w+\); Amity was not asked\n$/,
    ],
  ])("asks Amity nothing with %s", async (_what, code, more, words) => {
    await withUpstream(made, async (upstream) => {
      const finished = await run(rotate, regionAt(upstream.url, more));
      expect([finished.code, finished.stdout, upstream.seen]).toEqual([code, "", []]);
      expect(finished.stderr).toMatch(words);
    });
  });

  testWithMounts.each([
    ["a mount of its own", `touch $D/m && cp $D/admin-token $D/m && mount --bind $D/m $D/admin-token`, "EBUSY"],
    ["in a read-only mount", `mount --bind $D $D && mount -o remount,bind,ro $D`, "EROFS"],
  ])("asks Amity nothing when the file is %s", async (_what, mount, why) => {
    await withUpstream(made, async (upstream) => {
      const line = `unshare --user --map-root-user --mount sh -c '${mount.replaceAll("$D", folder)} && exec "$@"' sh "$@"`;
      const { code, stdout, stderr } = await shellCommand(line, rotate, settings(upstream)).finished;
      expect([code, stdout, upstream.seen, stderr]).toEqual([
        1,
        "",
        [],
        expect.stringContaining(`(${why}); Amity was not`),
      ]);
    });
  });

  test("keeps out a second one and says who works", async () => {
    await writeFile(`${file}.lock`, `${process.pid} ${hostname()} x`);
    await withUpstream(made, async (upstream) => {
      const { code, stderr } = await run(rotate, settings(upstream));
      expect([code, upstream.seen, stderr]).toEqual([1, [], expect.stringContaining(`process ${process.pid} rotates`)]);
    });
  });

  /** Rotates while Amity thinks; `use` has the process, and what lets Amity answer. */
  async function whileAsking(
    use: (running: ReturnType<typeof command>, answer: () => void, upstream: Upstream) => Promise<void>,
  ): Promise<void> {
    const asked = deferred<void>();
    const answer = deferred<void>();
    const slowly: Answer = (response, request) => {
      asked.resolve();
      void answer.promise.then(() => made(response, request));
    };
    await withUpstream(slowly, async (upstream) => {
      const running = command(rotate, settings(upstream));
      await asked.promise;
      await use(running, answer.resolve, upstream);
    });
  }

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("brings the token home before it heeds %s", async (signal) => {
    await whileAsking(async ({ child, finished }, answer) => {
      child.kill(signal);
      await once(child.stderr ?? child, "data");
      answer();
      expect([(await finished).code, await readFile(file, "utf8")]).toEqual([0, `${newToken}\n`]);
    });
  });

  test("that was killed is made up for by the next", async () => {
    await whileAsking(async ({ child, finished }, answer, upstream) => {
      child.kill("SIGKILL");
      expect((await finished).code).toBeNull();
      answer();
      expect([await readFile(file, "utf8"), (await readdir(folder)).length]).toEqual([`${oldToken}\n`, 2]);
      expect((await run(rotate, settings(upstream))).code).toBe(0);
      expect((await readdir(folder)).sort()).toEqual(["admin-token", "admin-token.json"]);
    });
  });

  test.each<[string, Answer, RegExp]>([
    ["a refusal", always(401, "Unauthorized"), /^UPSTREAM_AUTH_FAILED: [^\n]+\n$/],
    ["no token", always(200, "{}"), /^UPSTREAM_BAD_RESPONSE: [^\n]+\n$/],
    [
      "an answer that was lost",
      (response) => response.destroy(),
      /may have made a new token all the same.*rotate again/,
    ],
    ["a rate limit", always(429, "", { "retry-after": "60" }), /^UPSTREAM_RATE_LIMITED: [^\n]+\n$/],
  ])("tells %s in a line and asks once", async (_what, answer, words) => {
    await withUpstream(answer, async (upstream) => {
      const finished = await run(rotate, settings(upstream));
      expect([finished.code, finished.stdout, upstream.seen.length]).toEqual([1, "", 1]);
      expect(finished.stderr).toMatch(words);
      expect([await readFile(file, "utf8"), await readdir(folder)]).toEqual([`${oldToken}\n`, ["admin-token"]]);
    });
  });

  test.each([[[]], [["renew"]], [["rotate", "again"]], [["rotate", "--region", "moon"]], [["rotate", "--token", "x"]]])(
    "takes %j for a usage error in one line",
    async (args) => {
      const { code, stdout, stderr } = await run(["admin-token", ...args], settings({ url: "http://127.0.0.1:9" }));
      expect([code, stdout]).toEqual([64, ""]);
      expect(stderr).toMatch(/^amity-graphql: [^\n]+; see amity-graphql admin-token --help\n$/);
    },
  );
});
