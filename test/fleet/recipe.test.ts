import { request } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { describeWith } from "../support/system-programs.js";
import { type Answer, inTurn, startUpstream, type Upstream } from "../support/upstream.js";
import { type Nginx, nginxPath, startNginx } from "./nginx.js";
import { keptPort } from "./ports.js";

/** nginx in front of servers that stand for gateways. */
async function withRecipe(
  answers: readonly Answer[],
  use: (nginx: Nginx, upstreams: readonly Upstream[]) => Promise<void>,
): Promise<void> {
  const upstreams = await Promise.all(answers.map(startUpstream));
  const nginx = await startNginx(upstreams.map(({ url }) => Number(new URL(url).port)));
  try {
    await use(nginx, upstreams);
  } finally {
    await nginx.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  }
}

const well: Answer = (response) => response.end('{"data":{}}');
const breaksOff: Answer = (response) => response.socket?.destroy();

function post(nginx: Nginx, headers: Record<string, string> = {}, body = "{}") {
  return fetch(`${nginx.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

/** Asks for a path as it is: fetch would tidy it up. */
function statusOf(nginx: Nginx, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(nginx.url, { path, agent: false }, (response) => resolve(response.resume().statusCode))
      .once("error", reject)
      .end();
  });
}

function countOf(upstreams: readonly Upstream[]): number {
  return upstreams.reduce((sum, { seen }) => sum + seen.length, 0);
}

/** A server that nobody reaches: its port is free. */
async function withDeadOne(use: (nginx: Nginx, living: Upstream) => Promise<void>): Promise<void> {
  const living = await startUpstream(well);
  const nginx = await startNginx([await keptPort(), Number(new URL(living.url).port)]);
  try {
    await use(nginx, living);
  } finally {
    await nginx.close();
    await living.close();
  }
}

describeWith(nginxPath)("deploy/nginx.conf", () => {
  test("tells gateways the client's address, whatever the client says", async () => {
    await withRecipe([well], async (nginx, [gateway]) => {
      await post(nginx, { "x-forwarded-for": "203.0.113.7, 127.0.0.1" });
      expect(gateway?.seen[0]?.headers["x-forwarded-for"]).toBe("127.0.0.1");
    });
  });

  test.each([
    ["takes", "abc-123", /^abc-123$/],
    ["replaces", "a b", /^[0-9a-f]{32}$/],
    ["replaces", "a".repeat(65), /^[0-9a-f]{32}$/],
    ["makes", undefined, /^[0-9a-f]{32}$/],
  ])("%s the request id %p, and logs what it passes on", async (_does, sent, expected) => {
    await withRecipe([well], async (nginx, [gateway]) => {
      await post(nginx, sent === undefined ? {} : { "x-request-id": sent });
      const passed = gateway?.seen[0]?.headers["x-request-id"];
      expect(passed).toMatch(expected);
      expect(await nginx.log(1)).toEqual([expect.stringMatching(new RegExp(` id ${passed}$`))]);
    });
  });

  test("logs no header, no body and no query", async () => {
    await withRecipe([well], async (nginx) => {
      await fetch(`${nginx.url}/graphql?token=canary`, {
        method: "POST",
        headers: { authorization: "Bearer canary", referer: "http://canary", "user-agent": "canary" },
        body: "canary",
      });
      expect(await nginx.log(1)).toEqual([expect.stringContaining('"POST /graphql" 200')]);
      expect(`${await nginx.log(1)}${nginx.errors()}`).not.toContain("canary");
    });
  });

  test("keeps connections to the gateways", async () => {
    const sockets = new Set<unknown>();
    const remember: Answer = (response, asked) => {
      sockets.add(response.socket);
      well(response, asked);
    };
    await withRecipe([remember], async (nginx, [gateway]) => {
      for (let i = 0; i < 20; i++) await (await post(nginx)).text();
      expect(gateway?.seen.map(({ headers }) => headers.connection)).toEqual(Array(20).fill(undefined));
      // One of each worker.
      expect(sockets.size).toBeLessThanOrEqual(2);
    });
  });

  test.each([
    "/metrics",
    "/graphql/../metrics",
    "//metrics",
    "/graphql/explorer",
    "/livez",
    "/",
    "/docs/schema",
    "/graphql/%2e%2e/metrics",
  ])("passes nothing on of %s", async (path) => {
    await withRecipe([well], async (nginx, upstreams) => {
      expect([await statusOf(nginx, path), countOf(upstreams)]).toEqual([404, 0]);
    });
  });

  test("leaves the refusal of large bodies and headers to the gateway", async () => {
    await withRecipe([well], async (nginx, [gateway]) => {
      await post(nginx, { authorization: `Bearer ${"a".repeat(15_000)}` }, "x".repeat(1_000_000));
      expect(gateway?.seen[0]?.body.length).toBe(1_000_000);
      expect(gateway?.seen[0]?.headers.authorization?.length).toBe(15_007);
    });
  });

  describe("where a gateway is away", () => {
    test("asks another one, and fails nobody", async () => {
      await withDeadOne(async (nginx, living) => {
        const answers = await Promise.all(Array.from({ length: 50 }, () => post(nginx)));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        expect(living.seen).toHaveLength(50);
      });
    });

    test("does not send twice what was sent", async () => {
      await withRecipe([breaksOff, breaksOff, breaksOff], async (nginx, upstreams) => {
        expect((await post(nginx)).status).toBe(502);
        expect(countOf(upstreams)).toBe(1);
      });
    });

    test("does not send twice what went into a kept connection that ends", async () => {
      const once = () => inTurn(well, breaksOff);
      await withRecipe([once(), once(), once()], async (nginx, upstreams) => {
        const statuses = [];
        for (let i = 0; i < 4; i++) statuses.push((await post(nginx)).status);
        expect([statuses, countOf(upstreams)]).toEqual([[200, 200, 200, 502], 4]);
      });
    });
  });

  test.each([
    [[200, 503], 200],
    [[503, 503, 503], 503],
  ])("says of gateways that answer %j that the place is %i", async (statuses, expected) => {
    const answers = statuses.map(
      (status): Answer =>
        (response) =>
          response.writeHead(status).end("{}"),
    );
    await withRecipe(answers, async (nginx) => {
      const told = [];
      for (let i = 0; i < 6; i++) told.push((await fetch(`${nginx.url}/readyz`)).status);
      expect(new Set(told)).toEqual(new Set([expected]));
      // They may be of use for some operations, and say themselves for which.
      expect((await post(nginx)).status).toBe(statuses[0]);
    });
  });
});
