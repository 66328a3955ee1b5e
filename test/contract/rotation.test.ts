import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { silentLogger, startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import { testClock } from "../support/clock.js";
import { errorOf, withGateway } from "../support/gateway.js";
import { type Answer, withUpstream } from "../support/upstream.js";

const mint = '{ authToken(userId: "alice") { token } }';

/** An Amity that takes these server keys, and names the one that was used in the token. */
function taking(keys: Set<string>): Answer {
  return (response, { headers }) => {
    const key = String(headers["x-server-key"]);
    if (keys.has(key)) response.writeHead(200).end(`"token-by-${key.at(-1)}"`);
    else response.writeHead(401).end("Unauthorized");
  };
}

function twoKeys(url: string) {
  return {
    AMITY_EU_BASE_URL: url,
    AMITY_EU_SERVER_KEY: "canary-server-key-1",
    AMITY_EU_SERVER_KEY_SECONDARY: "canary-server-key-2",
  };
}

describe("a second server key", () => {
  test("is tried once when the first is refused", async () => {
    await withUpstream(taking(new Set(["canary-server-key-2"])), async ({ url, seen }) => {
      await withGateway({ env: twoKeys(url) }, async ({ ask, send }) => {
        expect((await ask(mint)).body.data.authToken.token).toBe("token-by-2");
        const metrics = (await send("/metrics")).text;
        expect(metrics).toContain('amity_server_key_fallback_total{region="EU"} 1');
      });
      expect(seen.map(({ headers }) => headers["x-server-key"])).toEqual([
        "canary-server-key-1",
        "canary-server-key-2",
      ]);
    });
  });

  test("that won comes first for a minute", async () => {
    const clock = testClock();
    await withUpstream(taking(new Set(["canary-server-key-2"])), async ({ url, seen }) => {
      await withGateway({ env: twoKeys(url), ...clock }, async ({ ask }) => {
        await ask(mint);
        clock.advance(59_999);
        await ask(mint);
        clock.advance(60_001);
        await ask(mint);
      });
      expect(seen.map(({ headers }) => String(headers["x-server-key"]).at(-1))).toEqual(["1", "2", "2", "1", "2"]);
    });
  });

  test("gives way to the mended first one under steady traffic", async () => {
    const clock = testClock();
    const keys = new Set(["canary-server-key-2"]);
    const uses: string[] = [];
    await withUpstream(taking(keys), async ({ url }) => {
      await withGateway({ env: twoKeys(url), ...clock }, async ({ ask, logged }) => {
        for (let tenth = 0; tenth < 20; tenth++) {
          if (tenth === 9) keys.add("canary-server-key-1");
          uses.push((await ask(mint)).body.data.authToken.token.at(-1));
          clock.advance(10_000);
        }
        expect(logged.filter((line) => line.includes("finish the rotation"))).toHaveLength(2);
      });
    });
    expect(uses.join("")).toBe("22222222222211111111");
  });

  test("that is refused too ends the matter", async () => {
    await withUpstream(taking(new Set()), async ({ url, seen }) => {
      await withGateway({ env: twoKeys(url) }, async ({ ask }) => {
        expect(errorOf(await ask(mint)).extensions).toMatchObject({ code: "UPSTREAM_AUTH_FAILED", retryable: false });
      });
      expect(seen).toHaveLength(2);
    });
  });
});

describe("a key in a file", () => {
  async function keyFile(text: string): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "key");
    await writeFile(path, text);
    return path;
  }

  test("is followed when the file changes", async () => {
    const clock = testClock();
    const keys = new Set(["canary-server-key-1"]);
    const path = await keyFile("canary-server-key-1\n");
    await withUpstream(taking(keys), async ({ url }) => {
      const env = { AMITY_EU_BASE_URL: url, AMITY_EU_SERVER_KEY_FILE: path };
      await withGateway({ env, ...clock }, async ({ ask, send, logged }) => {
        expect((await ask(mint)).body.data.authToken.token).toBe("token-by-1");
        await writeFile(path, "canary-server-key-2\n");
        keys.add("canary-server-key-2").delete("canary-server-key-1");
        clock.advance(1_000);
        expect((await ask(mint)).body.data.authToken.token).toBe("token-by-2");
        expect(logged.filter((line) => line.includes("changed files were taken"))).toHaveLength(1);
        expect((await send("/metrics")).text).toContain(
          'amity_reload_total{name="AMITY_EU_SERVER_KEY_FILE",outcome="taken"} 1',
        );
      });
    });
  });

  test.each([
    ["is empty", "", "is empty"],
    ["has two lines", "two\r\nlines", "holds a line end"],
    ["cannot be a header", "k\u00e9y", "holds a value that cannot be an HTTP header"],
    ["is in quotes", '"canary-server-key-1"', "is in quotes"],
  ])("that %s leaves the old one in use", async (_how, text, problem) => {
    const clock = testClock();
    const path = await keyFile("canary-server-key-1");
    await withUpstream(taking(new Set(["canary-server-key-1"])), async ({ url }) => {
      const env = { AMITY_EU_BASE_URL: url, AMITY_EU_SERVER_KEY_FILE: path };
      await withGateway({ env, ...clock }, async ({ ask, send, logged }) => {
        await writeFile(path, text);
        clock.advance(1_000);
        expect((await ask(mint)).body.data.authToken.token).toBe("token-by-1");
        const line = logged.find((entry) => entry.includes("kept out"));
        expect(JSON.parse(line ?? "{}")).toMatchObject({
          level: "error",
          name: "AMITY_EU_SERVER_KEY_FILE",
          problem: expect.stringContaining(problem),
        });
        expect((await send("/metrics")).text).toContain(
          'amity_reload_total{name="AMITY_EU_SERVER_KEY_FILE",outcome="refused"} 1',
        );
      });
    });
  });

  test("is read at once on request", async () => {
    const path = await keyFile("canary-server-key-1");
    await withUpstream(taking(new Set(["canary-server-key-2"])), async ({ url }) => {
      const { config } = loadConfig({
        PORT: "0",
        AUTH_MODE: "none",
        AMITY_EU_BASE_URL: url,
        AMITY_EU_SERVER_KEY_FILE: path,
      });
      if (!config) throw new Error("no configuration");
      const gateway = await startGateway(config, { logger: silentLogger });
      await writeFile(path, "canary-server-key-2");
      await gateway.reload();
      const body = JSON.stringify({ query: mint });
      const init = { method: "POST", headers: { "content-type": "application/json" }, body };
      expect(await (await fetch(gateway.url, init)).json()).toEqual({ data: { authToken: { token: "token-by-2" } } });
      await gateway.stop();
    });
  });
});
