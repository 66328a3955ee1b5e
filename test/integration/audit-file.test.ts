import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ConfigError } from "../../src/app.js";
import { verifyFiles } from "../../src/audit/verify.js";
import { verdictOn } from "../support/audit.js";
import { callersAt, signedIn } from "../support/callers.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";

const mint = "query ($u: ID) { authToken(userId: $u) { token } }";
const amity = likeAmity({ accessToken: "canary-access", users: [{ userId: "alice" }] }, "canary-auth-token");

type Use = (test: {
  /** Where the audit goes by default. */
  path: string;
  folder: string;
  /** Asks for a token of alice's, by name of alice or of somebody else. */
  ask(userId?: string): ReturnType<TestGateway["ask"]>;
  gateway: TestGateway;
}) => Promise<void>;

/** A gateway with a folder of its own. */
async function withAudit(
  setup: { env?: (path: string) => Record<string, string>; answer?: Answer; prepare?: (path: string) => unknown },
  use: Use,
): Promise<void> {
  const { env = (path) => ({ AUDIT_FILE: path, AUDIT_REQUIRED: "on" }), answer = amity, prepare } = setup;
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  const path = join(folder, "audit");
  try {
    await prepare?.(path);
    await withUpstream(answer, ({ url }) =>
      withGateway(callersAt(url, { RATE_LIMIT_USER: "0", ...env(path) }), async (gateway) => {
        const ask = async (userId?: string) => gateway.ask(mint, { u: userId }, await signedIn("alice"));
        await use({ path, folder, ask, gateway });
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function linesIn(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A file that was empty, or is new, has its first line. */
async function begun(path: string): Promise<void> {
  while (!(await readFile(path, "utf8").catch(() => ""))) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The codes of an answer that holds nothing else. */
function refusalOf(answered: Awaited<ReturnType<TestGateway["ask"]>>) {
  expect(answered.text).not.toContain("canary");
  expect(answered.body.data ?? null).toBeNull();
  return [answered.status, errorOf(answered).extensions.code];
}

/** Asks until it is answered well; what is tried again by itself takes its time. */
async function askUntilTaken(ask: () => ReturnType<TestGateway["ask"]>): Promise<void> {
  while ((await ask()).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
}

const unavailable = [503, "AUDIT_UNAVAILABLE"];

const messagesOf = ({ logged }: TestGateway) => logged.map((line) => JSON.parse(line).message);

describe("the audit's file has a line for", () => {
  const roles = 'mutation { upsertUser(input: { userId: "bob", displayName: "canary-name" }) { userId } }';
  const success = always(200, '{"success":true}');
  const user = always(200, '{"users":[{"userId":"bob"}]}');

  test.each<[string, string, object, object, Answer?]>([
    ["a token", mint, {}, { operation: "authToken", userId: "alice", outcome: "issued" }],
    [
      "a session",
      'mutation { createSession(input: { deviceId: "d", authToken: "canary-auth" }) { accessToken } }',
      {},
      { operation: "createSession", userId: "alice", outcome: "issued" },
    ],
    [
      "a session's end",
      'mutation { revokeSession(input: { accessToken: "canary-access" }) { revoked } }',
      {},
      { operation: "revokeSession", outcome: "revoked" },
      success,
    ],
    [
      "the end of a user's sessions",
      'mutation { revokeUserSessions(input: { userId: "alice" }) { revoked } }',
      {},
      { operation: "revokeUserSessions", userId: "alice", outcome: "revoked" },
      success,
    ],
    [
      "a profile's change",
      roles,
      { scope: "amity:users:write" },
      { operation: "upsertUser", outcome: "written" },
      user,
    ],
    [
      "a visitor's signature",
      '{ visitorSignature(deviceId: "phone") { authSignature } }',
      {},
      { operation: "visitorSignature", deviceId: "phone", outcome: "issued" },
    ],
    [
      "a refused delegation",
      '{ authToken(userId: "bob") { token } }',
      {},
      { operation: "authToken", userId: "bob", outcome: "FORBIDDEN", reason: "acts for another" },
    ],
    ["a failure", mint, {}, { operation: "authToken", outcome: "UPSTREAM_AUTH_FAILED" }, always(401, "")],
  ])("%s", async (_what, query, claims, expected, answer = amity) => {
    const env = (path: string) => ({
      AUDIT_FILE: path,
      AMITY_EU_ADMIN_TOKEN: "canary-admin-token",
      AMITY_EU_VISITOR_SECRET: "canary-visitor-secret",
      VISITORS: "on",
    });
    await withAudit({ env, answer }, async ({ path, gateway }) => {
      await gateway.ask(query, {}, await signedIn("alice", { ...claims }));
      const lines = await linesIn(path);
      const told = gateway.logged.map((line) => JSON.parse(line)).filter(({ message }) => message === "audit");
      expect(lines).toEqual([expect.objectContaining({ seq: 1, by: "user:alice", region: "EU", ...expected })]);
      expect(told.map(({ requestId, outcome }) => [requestId, outcome])).toEqual(
        lines.map(({ requestId, outcome }) => [requestId, outcome]),
      );
      expect(await readFile(path, "utf8")).not.toContain("canary");
    });
  });

  test("each root field, and each token that is handed out again", async () => {
    const env = (path: string) => ({ AUDIT_FILE: path, AUDIT_REQUIRED: "on", TOKEN_REUSE_SECONDS: "60" });
    await withAudit({ env }, async ({ path, gateway, ask }) => {
      await Promise.all([ask(), ask(), ask()]);
      await ask();
      const two = "{ authToken { token } b: authToken(region: US) { token } }";
      await gateway.ask(two, {}, await signedIn("alice"));
      expect(await verdictOn(path)).toBe(6);
    });
  });

  test("nothing beyond a rate, and nobody's credential", async () => {
    const env = (path: string) => ({ AUDIT_FILE: path, AUDIT_REQUIRED: "on", RATE_LIMIT_USER: "1" });
    await withAudit({ env }, async ({ path, gateway, ask }) => {
      for (let i = 0; i < 5; i++) await ask();
      await gateway.ask(mint, {}, { authorization: "Bearer none" });
      expect(await verdictOn(path)).toBe(1);
    });
  });
});

describe("a required audit that takes no lines", () => {
  test("lets nothing out, and a refusal stay one", async () => {
    await withAudit({ env: () => ({ AUDIT_FILE: "/dev/full", AUDIT_REQUIRED: "on" }) }, async ({ gateway, ask }) => {
      const answered = await ask();
      expect(refusalOf(answered)).toEqual(unavailable);
      expect(errorOf(answered).extensions.retryable).toBe(true);
      expect(answered.headers.get("retry-after")).toBe("1");
      expect(refusalOf(await ask("bob"))).toEqual([403, "FORBIDDEN"]);
      expect(refusalOf(await ask())).toEqual(unavailable);
      const { text } = await gateway.send("/metrics");
      expect(text).toContain('amity_audit_sink_up{sink="AUDIT_FILE"} 0');
      expect(text).toContain('amity_issued_total{operation="authToken",outcome="AUDIT_UNAVAILABLE"} 2');
      const down = gateway.logged.filter((line) => line.includes("cannot be written"));
      expect(down.map((line) => JSON.parse(line).reason)).toEqual(["ENOSPC"]);
    });
  });

  test("asks Amity for nothing that it could not hand out", async () => {
    await withUpstream(amity, async ({ url, seen }) => {
      await withGateway(callersAt(url, { AUDIT_FILE: "/dev/full", AUDIT_REQUIRED: "on" }), async ({ ask }) => {
        for (let i = 0; i < 3; i++) await ask(mint, {}, await signedIn("alice"));
        expect(seen).toHaveLength(1);
      });
    });
  });

  test("is counted and no more where it is not required", async () => {
    await withAudit({ env: () => ({ AUDIT_FILE: "/dev/full" }) }, async ({ gateway, ask }) => {
      expect((await ask()).status).toBe(200);
      while (!(await gateway.send("/metrics")).text.includes('amity_audit_sink_up{sink="AUDIT_FILE"} 0'));
      expect((await ask()).status).toBe(200);
    });
  });
});

describe("a pipe", () => {
  const pipe = { prepare: (path: string) => execFileSync("mkfifo", [path]) };

  test("that nobody reads refuses until somebody does", async () => {
    await withAudit(pipe, async ({ path, gateway, ask }) => {
      expect(refusalOf(await ask())).toEqual(unavailable);
      const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      await askUntilTaken(ask);
      const { buffer, bytesRead } = await reader.read(Buffer.alloc(10_000));
      expect(buffer.subarray(0, bytesRead).toString()).toContain('"outcome":"issued"');
      expect(messagesOf(gateway)).toContain("the audit is written here again");
      await reader.close();
      expect(refusalOf(await ask())).toEqual(unavailable);
    });
  });

  test("whose reader stops holds nothing longer than its patience", async () => {
    const long = { u: "x".repeat(90) };
    await withAudit(pipe, async ({ path, gateway, ask }) => {
      const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      await askUntilTaken(ask);
      const refuse = async () => gateway.ask(mint, long, await signedIn("alice"));
      let count = 0;
      while (!gateway.logged.some((line) => line.includes('"timeout"'))) {
        expect((await refuse()).status).toBe(403);
        expect(count++).toBeLessThan(1_000);
      }
      expect(refusalOf(await ask())).toEqual(unavailable);
      await reader.read(Buffer.alloc(65_536));
      await askUntilTaken(ask);
      await reader.close();
    });
  }, 60_000);
});

describe("a socket", () => {
  /** Somebody who listens there, and what came so far. */
  async function listener(path: string) {
    let text = "";
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.setEncoding("utf8").on("data", (data: string) => {
        text += data;
      });
    }).listen(path);
    await once(server, "listening");
    return {
      text: () => text,
      /** What the gateway handed over has arrived. */
      async has(lines: number) {
        while (text.split("\n").length <= lines) await new Promise((resolve) => setTimeout(resolve, 5));
      },
      async close() {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  const env = (path: string) => ({ AUDIT_SOCKET: path, AUDIT_REQUIRED: "on" });

  test("that vanishes refuses until it is there again", async () => {
    await withAudit({ env }, async ({ path, folder, ask }) => {
      expect(refusalOf(await ask())).toEqual(unavailable);
      const first = await listener(path);
      await askUntilTaken(ask);
      await ask();
      await first.has(2);
      await first.close();
      expect(refusalOf(await ask())).toEqual(unavailable);
      const second = await listener(path);
      await askUntilTaken(ask);
      await second.has(1);
      await second.close();
      const all = join(folder, "all");
      await writeFile(all, first.text() + second.text());
      expect(await verdictOn(all)).toBeGreaterThanOrEqual(3);
    });
  });

  test("may fail while the file takes the line", async () => {
    const both = (path: string) => ({ AUDIT_FILE: path, AUDIT_SOCKET: `${path}.none`, AUDIT_REQUIRED: "on" });
    await withAudit({ env: both }, async ({ path, gateway, ask }) => {
      expect((await ask()).status).toBe(200);
      expect(await verdictOn(path)).toBe(1);
      expect((await gateway.send("/metrics")).text).toContain('amity_audit_sink_up{sink="AUDIT_SOCKET"} 0');
    });
  });
});

describe("the audit's file", () => {
  test("goes on after a rotation", async () => {
    await withAudit({}, async ({ path, gateway, ask }) => {
      await ask();
      await rename(path, `${path}.1`);
      await gateway.reload();
      await begun(path);
      await ask();
      const { findings, lines } = await verifyFiles([`${path}.1`, path], { key: undefined, head: undefined });
      expect([findings, lines]).toEqual([[], 3]);
    });
  });

  test("that is removed is begun again with the very next line", async () => {
    await withAudit({}, async ({ path, gateway, ask }) => {
      await ask();
      await rm(path);
      await new Promise((resolve) => setTimeout(resolve, 25));
      expect((await ask()).status).toBe(200);
      expect(await linesIn(path)).toEqual([expect.objectContaining({ seq: 2 })]);
      expect(await verdictOn(path)).toBe(1);
      expect(gateway.logged.join()).not.toContain("cannot be written");
    });
  });

  test.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ["replaced", (path) => writeFile(`${path}.2`, "").then(() => rename(`${path}.2`, path)), /is another file now/],
    ["cut off", (path) => truncate(path), /was cut off/],
  ])("that was %s is told of", async (_what, change, told) => {
    await withAudit({}, async ({ path, gateway, ask }) => {
      await ask();
      await change(path);
      await begun(path);
      expect(messagesOf(gateway).join()).toMatch(told);
      await ask();
      expect(await linesIn(path)).toEqual([
        expect.objectContaining({ seq: 2, event: "the audit goes on" }),
        expect.objectContaining({ seq: 3, outcome: "issued" }),
      ]);
    });
  });

  test("goes on after a rotation and a restart without a line between", async () => {
    const folder = await mkdtemp(join(tmpdir(), "audit-"));
    const path = join(folder, "audit");
    const env = () => ({ AUDIT_FILE: path, AUDIT_REQUIRED: "on" });
    await withAudit({ env }, async ({ gateway, ask }) => {
      await ask();
      await rename(path, `${path}.1`);
      await gateway.reload();
    });
    await withAudit({ env }, async ({ ask }) => {
      await ask();
    });
    const { findings, lines } = await verifyFiles([`${path}.1`, path], { key: undefined, head: undefined });
    expect([findings, lines]).toEqual([[], 3]);
    await rm(folder, { recursive: true });
  });

  test("is one gateway's, by whatever link", async () => {
    await withAudit({}, async ({ path }) => {
      await symlink(path, `${path}.link`);
      for (const name of [path, `${path}.link`]) {
        const second = withGateway(callersAt("http://127.0.0.1:9", { AUDIT_FILE: name }), async () => {});
        await expect(second).rejects.toThrow("AUDIT_FILE is written by another process already");
      }
    });
  });

  test("tells its head when the gateway stops", async () => {
    let logged: readonly string[] = [];
    await withAudit({}, async ({ gateway, ask }) => {
      await ask();
      ({ logged } = gateway);
    });
    const end = logged.map((line) => JSON.parse(line)).find(({ message }) => message === "audit closed");
    expect(end).toMatchObject({
      audit: true,
      sink: "AUDIT_FILE",
      seq: 1,
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("goes on where the gateway before it ended", async () => {
    const folder = await mkdtemp(join(tmpdir(), "audit-"));
    const path = join(folder, "audit");
    for (let i = 0; i < 3; i++) {
      await withAudit({ env: () => ({ AUDIT_FILE: path, AUDIT_KEY: "canary-audit-key" }) }, async ({ ask }) => {
        await ask();
      });
    }
    expect(await verdictOn(path, "canary-audit-key")).toBe(3);
    await rm(folder, { recursive: true });
  });
});

describe("a gateway does not start with an audit", () => {
  test.each<[string, (path: string) => Promise<unknown>, string]>([
    ["in a folder's place", (path) => mkdir(path), "AUDIT_FILE is a folder, and AUDIT_REQUIRED is on"],
    ["of another kind", (path) => writeFile(path, "a log of something else\n"), "AUDIT_FILE holds something else"],
    ["that links to itself", (path) => symlink(path, path), "AUDIT_FILE cannot be written (ELOOP)"],
    ["below a file", async (path) => writeFile(path, ""), "AUDIT_FILE cannot be written (ENOTDIR)"],
  ])("%s", async (what, prepare, problem) => {
    const env = (path: string) => ({
      AUDIT_FILE: what === "below a file" ? `${path}/audit` : path,
      AUDIT_REQUIRED: "on",
    });
    const started = withAudit({ env, prepare }, async () => {});
    await expect(started).rejects.toThrow(problem);
    await expect(started).rejects.toBeInstanceOf(ConfigError);
  });

  test("in a folder that is not there", async () => {
    const env = { AUDIT_FILE: "/nowhere/audit", AUDIT_REQUIRED: "on" };
    await expect(withGateway(callersAt("http://127.0.0.1:9", env), async () => {})).rejects.toThrow("(ENOENT)");
  });
});
