import { describe, expect, test } from "@jest/globals";
import { silentLogger } from "../../src/telemetry/logger.js";
import { callersAt, signedIn } from "../support/callers.js";
import { testClock } from "../support/clock.js";
import { deferred } from "../support/deferred.js";
import { errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";

const mint = '{ authToken(userId: "alice") { token } }';
const create = 'mutation { createSession(input: { userId: "alice", deviceId: "d", authToken: "t" }) { accessToken } }';
const session = JSON.stringify({ accessToken: "a", users: [{ userId: "alice" }] });
const noWaiting = { random: () => 0 };

/** Answers the first requests in turn, and all further ones by the last. */
function inTurn(...answers: Answer[]): Answer {
  let count = 0;
  return (response, request) => answers[Math.min(count++, answers.length - 1)]?.(response, request);
}

const reset: Answer = (response) => response.destroy();

describe("a mint", () => {
  test.each([
    ["a server error", always(503, "")],
    ["a reset", reset],
    ["a rate limit without a time", always(429, "")],
    [
      "a broken answer",
      (response: Parameters<Answer>[0]) => response.writeHead(200, { "content-length": "9" }).end("x").destroy(),
    ],
  ])("is repeated after %s", async (_what, failure) => {
    await withUpstream(inTurn(failure, failure, always(200, '"third"')), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url), ...noWaiting }, async ({ ask }) => {
        expect((await ask(mint)).body.data.authToken.token).toBe("third");
      });
      expect(seen).toHaveLength(3);
    });
  });

  test("is given up after three attempts", async () => {
    await withUpstream(always(503, ""), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url), ...noWaiting }, async ({ ask }) => {
        expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      });
      expect(seen).toHaveLength(3);
    });
  });

  test("waits as long as Retry-After asks", async () => {
    await withUpstream(inTurn(always(429, "", { "retry-after": "1" }), always(200, '"later"')), async ({ url }) => {
      await withGateway({ env: regionAt(url), ...noWaiting }, async ({ ask }) => {
        const startedAt = performance.now();
        expect((await ask(mint)).body.data.authToken.token).toBe("later");
        expect(performance.now() - startedAt).toBeGreaterThanOrEqual(999);
      });
    });
  });
});

describe("a session", () => {
  test("is registered again after 503", async () => {
    await withUpstream(inTurn(always(503, ""), always(200, session)), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url), ...noWaiting }, async ({ ask }) => {
        expect((await ask(create)).body.data.createSession.accessToken).toBe("a");
      });
      expect(seen).toHaveLength(2);
    });
  });

  test.each([
    ["a reset", reset],
    ["a 500", always(500, "")],
    ["a timeout", () => {}],
  ])("is never registered twice after %s", async (_what, failure: Answer) => {
    await withUpstream(failure, async ({ url, seen }) => {
      const env = regionAt(url, { UPSTREAM_ATTEMPT_TIMEOUT_MS: "100" });
      await withGateway({ env, ...noWaiting }, async ({ ask }) => {
        expect(errorOf(await ask(create)).extensions.retryable).toBe(true);
      });
      expect(seen).toHaveLength(1);
    });
  });
});

describe("a kept connection that the upstream resets", () => {
  /** Answers the first request of a connection, and resets it when it has read the second. */
  function resetting(): Answer {
    const used = new WeakSet<object>();
    return (response, request) => {
      const { socket } = response;
      if (socket && used.has(socket)) return void socket.destroy();
      if (socket) used.add(socket);
      likeAmity(JSON.parse(session))(response, request);
    };
  }

  test("costs a mint nothing", async () => {
    await withUpstream(resetting(), async ({ url }) => {
      await withGateway({ env: regionAt(url), ...noWaiting }, async ({ ask }) => {
        for (let i = 0; i < 20; i++) expect((await ask(mint)).body.errors).toBeUndefined();
      });
    });
  });

  test("is no reason to register a session twice", async () => {
    await withUpstream(resetting(), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url), ...noWaiting }, async (gateway) => {
        for (let i = 0; i < 30; i++) {
          const answered = await gateway.ask(create);
          const [code, retryable] = i % 2 === 0 ? [undefined, undefined] : ["UPSTREAM_UNAVAILABLE", true];
          expect(answered.body.errors?.[0].extensions).toEqual(code && expect.objectContaining({ code, retryable }));
          expect(seen).toHaveLength(i + 1);
        }
        // It says nothing of the region's health.
        expect((await gateway.ask("{ region(code: EU) { status } }")).body.data.region.status).toBe("AVAILABLE");
      });
    });
  });
});

describe("an outage of one region", () => {
  interface Outage {
    broken: boolean;
    calls: () => number;
    readonly advance: (ms: number) => void;
  }

  async function withOutage(use: (gateway: TestGateway, state: Outage) => Promise<void>) {
    const clock = testClock();
    const state: Outage = { broken: true, calls: () => 0, advance: clock.advance };
    const answer: Answer = (response, request) => always(state.broken ? 500 : 200, '"t"')(response, request);
    await withUpstream(answer, async (broken) => {
      await withUpstream(always(200, '"us"'), async (healthy) => {
        const env = { ...regionAt(broken.url), AMITY_US_BASE_URL: healthy.url, AMITY_US_SERVER_KEY: "canary-us-key" };
        state.calls = () => broken.seen.length;
        await withGateway({ env, ...clock, ...noWaiting }, (gateway) => use(gateway, state));
      });
    });
  }

  const statusOf = async ({ ask }: TestGateway) =>
    (await ask("{ region(code: EU) { status } }")).body.data.region.status;

  async function fail({ ask }: TestGateway, times: number): Promise<void> {
    for (let i = 0; i < times; i++) expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
  }

  test("opens its circuit and tells so", async () => {
    await withOutage(async (gateway, { calls }) => {
      expect(await statusOf(gateway)).toBe("AVAILABLE");
      await fail(gateway, 30);
      expect(await statusOf(gateway)).toBe("UNAVAILABLE");
      const before = calls();
      await fail(gateway, 10);
      expect(calls()).toBe(before);
      expect(errorOf(await gateway.ask(mint)).extensions.retryAfterSeconds).toBe(5);
    });
  });

  test("leaves the other regions alone", async () => {
    await withOutage(async (gateway) => {
      await fail(gateway, 30);
      const { body } = await gateway.ask('{ authToken(userId: "a", region: US) { token } }');
      expect(body.data.authToken.token).toBe("us");
      expect((await gateway.send("/readyz")).status).toBe(200);
    });
  });

  test("ends five seconds after the region heals", async () => {
    await withOutage(async (gateway, state) => {
      await fail(gateway, 30);
      state.broken = false;
      state.advance(4_999);
      await fail(gateway, 1);
      state.advance(1);
      expect((await gateway.ask(mint)).body.data.authToken.token).toBe("t");
      expect(await statusOf(gateway)).toBe("AVAILABLE");
    });
  });

  test("is told as it goes, without traffic", async () => {
    await withOutage(async (gateway, state) => {
      await fail(gateway, 30);
      state.advance(5_000);
      expect(await statusOf(gateway)).toBe("DEGRADED");
      expect((await gateway.send("/metrics")).text).toContain('amity_region_health{region="EU"} 1');
      const told = gateway.logged.map((line) => JSON.parse(line)).filter(({ health }) => health);
      expect(told.map(({ health }) => health)).toEqual(["unavailable", "degraded"]);
    });
  });

  test("costs at most a tenth of extra calls", async () => {
    await withOutage(async ({ ask }, { calls }) => {
      const users = Array.from({ length: 120 }, (_, i) => `{ authToken(userId: "u${i}") { token } }`);
      const codes = (await Promise.all(users.map((query) => ask(query)))).map(
        (answered) => errorOf(answered).extensions.code,
      );
      expect(new Set(codes)).toEqual(new Set(["UPSTREAM_UNAVAILABLE"]));
      expect(calls()).toBeLessThanOrEqual(132);
    });
  });

  test("takes no process out of service, though it be every region", async () => {
    await withUpstream(always(500, ""), async ({ url, seen }) => {
      const clock = testClock();
      await withGateway({ env: regionAt(url), ...clock, ...noWaiting }, async (gateway) => {
        const answers: unknown[] = [];
        const look = async () => {
          const { status, body } = await gateway.send("/readyz");
          answers.push([await statusOf(gateway), status, body]);
        };
        await fail(gateway, 30);
        await look();
        const calls = seen.length;
        clock.advance(5_000);
        await look();
        clock.advance(86_400_000);
        await look();
        const ready = [200, { status: "ready" }];
        expect(answers).toEqual(["UNAVAILABLE", "DEGRADED", "DEGRADED"].map((status) => [status, ...ready]));
        expect(seen).toHaveLength(calls);
      });
    });
  });
});

describe("too many calls to a region", () => {
  test("wait half a second and are then refused", async () => {
    const held: Parameters<Answer>[0][] = [];
    let holds = true;
    const answer: Answer = (response) => {
      if (holds) held.push(response);
      else response.end('"t"');
    };
    await withUpstream(answer, async ({ url }) => {
      await withGateway({ env: regionAt(url, { UPSTREAM_ATTEMPT_TIMEOUT_MS: "60000" }) }, async ({ ask }) => {
        const users = Array.from({ length: 70 }, (_, i) => `{ authToken(userId: "u${i}") { token } }`);
        const asked = users.map((query) => ask(query));
        const refused = await Promise.any(asked);
        expect([refused.status, errorOf(refused).extensions.code]).toEqual([503, "OVERLOADED"]);
        holds = false;
        for (const response of held) response.end('"t"');
        const served = (await Promise.all(asked)).filter(({ status }) => status === 200);
        expect(served.length).toBeGreaterThanOrEqual(64);
      });
    });
  });
});

describe("a client that goes away", () => {
  const bodyOf = (query: string) => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });

  test("cancels its call to Amity", async () => {
    const gone = new AbortController();
    const audited = deferred<object>();
    const closed = deferred<void>();
    const answer: Answer = (response) => {
      response.on("close", closed.resolve);
      gone.abort();
    };
    const patient = { UPSTREAM_ATTEMPT_TIMEOUT_MS: "120000", UPSTREAM_TIMEOUT_MS: "120000" };
    await withUpstream(answer, async ({ url }) => {
      const logger = { ...silentLogger, audit: audited.resolve };
      await withGateway({ env: regionAt(url, patient), logger }, async (gateway) => {
        await expect(gateway.send("/graphql", { ...bodyOf(mint), signal: gone.signal })).rejects.toThrow();
        expect(await audited.promise).toMatchObject({ outcome: "CANCELLED" });
        await closed.promise;
      });
    });
  });

  test("leaves another waiter of the same call undisturbed", async () => {
    const gone = new AbortController();
    const held: Parameters<Answer>[0][] = [];
    let arrived: () => void = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const answer: Answer = (response) => {
      held.push(response);
      arrived();
    };
    await withUpstream(answer, async ({ url, seen }) => {
      await withGateway(callersAt(url), async (gateway) => {
        const headers = await signedIn("alice");
        const own = "{ authToken { token } }";
        const leaving = gateway.send("/graphql", {
          ...bodyOf(own),
          headers: { ...bodyOf(own).headers, ...headers },
          signal: gone.signal,
        });
        await arrival;
        const staying = gateway.ask(own, {}, headers);
        // A request of another user that is answered only after the second waiter joined.
        const other = gateway.ask("{ regions { code } }", {}, headers);
        await other;
        gone.abort();
        await expect(leaving).rejects.toThrow();
        held[0]?.end('"shared"');
        expect((await staying).body.data.authToken.token).toBe("shared");
        expect(seen).toHaveLength(1);
      });
    });
  });
});

test("an equal call that comes late has its own time", async () => {
  const held: Parameters<Answer>[0][] = [];
  const arrived = [deferred<void>(), deferred<void>()];
  const answer: Answer = (response) => arrived[held.push(response) - 1]?.resolve();
  await withUpstream(answer, async ({ url }) => {
    const { env } = callersAt(url);
    const clock = testClock(Date.now());
    await withGateway({ env: { ...env, UPSTREAM_TIMEOUT_MS: "10000" }, ...clock }, async ({ ask }) => {
      const headers = await signedIn("alice");
      const early = ask("{ authToken { token } }", {}, headers);
      await arrived[0]?.promise;
      clock.advance(5_000);
      const late = ask("{ authToken { token } }", {}, headers);
      await arrived[1]?.promise;
      held[1]?.end('"late"');
      expect((await late).body.data.authToken.token).toBe("late");
      held[0]?.end('"early"');
      expect((await early).body.data.authToken.token).toBe("early");
    });
  });
});

describe("equal calls at the same time", () => {
  // No attempt is repeated before the deadline, or a call that was shared would be seen twice.
  const oneAttempt = { UPSTREAM_ATTEMPT_TIMEOUT_MS: "5000", UPSTREAM_TIMEOUT_MS: "5000" };

  test.each([
    ["of one caller are one", ["alice", "alice"], 1],
    ["of two callers are two", ["backend-1", "backend-2"], 2],
  ])("%s", async (_what, callers, calls) => {
    const held: Parameters<Answer>[0][] = [];
    let arrived: () => void = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const answer: Answer = (response) => {
      if (held.push(response) === calls) arrived();
    };
    await withUpstream(answer, async ({ url, seen }) => {
      await withGateway(callersAt(url, oneAttempt), async ({ ask }) => {
        const headers = await Promise.all(callers.map((caller) => signedIn(caller, { scope: "amity:mint:any" })));
        const query = '{ authToken(userId: "alice") { token } }';
        const answered = Promise.all(headers.map((header) => ask(query, {}, header)));
        await Promise.race([arrival, answered]);
        // Sent after them and by one of them: once it has its answer, their credentials were looked at too.
        await ask("{ regions { code } }", {}, headers[0]);
        for (const [index, response] of held.entries()) response.end(`"token-${index}"`);
        const tokens = (await answered).map(({ body }) => body.data?.authToken.token);
        expect(new Set(tokens)).toEqual(new Set(held.map((_response, index) => `token-${index}`)));
      });
      expect(seen).toHaveLength(calls);
    });
  });
});
