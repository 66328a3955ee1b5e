import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createSocketServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { fetchJson } from "../../../src/caller/fetch-json.js";
import { reasonOf } from "../../../src/errors/reason-of.js";
import type { Reason } from "../../../src/errors/reasons.js";
import { noProxy, ProxyError, proxyExcept } from "../../../src/system/forward-proxy.js";
import { type Credential, createTestAuthority, selfSigned, withoutRoot } from "../../support/certificates.js";
import { deferred } from "../../support/deferred.js";
import { type ForwardProxyFault, type TestForwardProxy, withForwardProxy } from "../../support/proxy.js";
import { closedPort, listening } from "../../support/sockets.js";
import { type Answer, always, withUpstream } from "../../support/upstream.js";

const never = { signal: new AbortController().signal, proxyFor: noProxy };

const byProxy = ({ url }: TestForwardProxy) => proxyExcept({ url: new URL(url), name: "a proxy" }, () => false);

describe("a public JSON document", () => {
  test("is asked for without anything of ours", async () => {
    await withUpstream(always(200, '{"a":1}'), async ({ url, seen }) => {
      expect(await fetchJson(new URL(`${url}/keys?x=1`), never)).toEqual({ a: 1 });
      expect(seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual(["GET /keys?x=1"]);
      const { accept, authorization, cookie, referer } = seen[0]?.headers ?? {};
      expect({ accept, authorization, cookie, referer }).toEqual({ accept: "application/json" });
    });
  });

  test("may have 256 KiB and no more", async () => {
    const padded = (bytes: number) => always(200, "[]".padEnd(bytes));
    await withUpstream(padded(262_144), async ({ url }) => {
      expect(await fetchJson(new URL(url), never)).toEqual([]);
    });
    await withUpstream(padded(262_145), async ({ url }) => {
      await expect(fetchJson(new URL(url), never)).rejects.toThrow("too large");
    });
  });

  test("may begin with a byte order mark", async () => {
    await withUpstream(always(200, '\ufeff{"a":1}'), async ({ url }) => {
      expect(await fetchJson(new URL(url), never)).toEqual({ a: 1 });
    });
  });

  test.each([201, 204, 206, 304, 401, 404, 500, 503])("with status %i is refused", async (status) => {
    await withUpstream(always(status, status === 204 || status === 304 ? "" : "{}"), async ({ url }) => {
      await expect(fetchJson(new URL(url), never)).rejects.toMatchObject({ reason: "unexpected status", status });
    });
  });

  test.each([301, 302, 303, 307, 308])("behind a redirect %i is not followed", async (status) => {
    await withUpstream(always(status, "{}", { location: "/moved" }), async ({ url, seen }) => {
      await expect(fetchJson(new URL(url), never)).rejects.toThrow();
      expect(seen).toHaveLength(1);
    });
  });

  test.each([
    "http://issuer.example/keys",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/keys",
    "http://0.0.0.0/keys",
    "http://localhost.evil.example/keys",
    "http://127.0.0.1.evil.example/keys",
    "file:///etc/passwd",
    "data:application/json,{}",
    "ftp://127.0.0.1/keys",
    "https://user@127.0.0.1/keys",
    "https://:password@127.0.0.1/keys",
  ])("at %s is not asked for", async (url) => {
    await expect(fetchJson(new URL(url), never)).rejects.toThrow("not https");
  });

  test.each([
    ["nothing is answered", () => {}],
    ["the body does not end", (response: Parameters<Answer>[0]) => void response.writeHead(200).write("[")],
  ])("is given up when its time is over and %s", async (_when, answer: Answer) => {
    const over = new AbortController();
    const reason = new Error("its time is over");
    const late: Answer = (response, request) => {
      answer(response, request);
      over.abort(reason);
    };
    await withUpstream(late, async ({ url }) => {
      await expect(fetchJson(new URL(url), { ...never, signal: over.signal })).rejects.toBe(reason);
    });
  });

  test("is not asked for once its time is over", async () => {
    const reason = new Error("its time is over");
    await withUpstream(always(200, "{}"), async ({ url, seen }) => {
      const asked = fetchJson(new URL(url), { ...never, signal: AbortSignal.abort(reason) });
      await expect(asked).rejects.toBe(reason);
      // An error that nobody listens for would end the process now.
      await setImmediate();
      expect(seen).toEqual([]);
    });
  });

  test("is given up in time when a proxy says nothing", async () => {
    await withForwardProxy({ ports: {} }, async (proxy) => {
      proxy.fail("says nothing");
      const options = { signal: AbortSignal.timeout(100), proxyFor: byProxy(proxy) };
      const failure = await fetchJson(new URL("https://id.test/keys"), options).catch((error: Error) => error);
      for (let turn = 0; turn < 200; turn++) await setImmediate();
      expect(proxy.clients).toBe(1);
      expect(failure).toBeInstanceOf(ProxyError);
      expect(String(failure)).toBe("Error: the proxy a proxy gives no connection in time");
    });
  });

  test.each<[ForwardProxyFault, Reason]>([
    [407, "PROXY_AUTH_REQUIRED"],
    [403, "PROXY_REFUSED"],
    ["breaks off", "PROXY_UNREACHABLE"],
  ])("behind a proxy with the fault %j fails for %s", async (fault, reason) => {
    await withForwardProxy({ ports: {} }, async (proxy) => {
      proxy.fail(fault);
      const asked = fetchJson(new URL("https://id.test/keys"), { ...never, proxyFor: byProxy(proxy) });
      await expect(asked).rejects.toMatchObject({ reason });
      expect(proxy.targets).toEqual(["id.test:443"]);
    });
  });

  test("that its server keeps back is not the proxy's fault", async () => {
    const over = new AbortController();
    await withUpstream(
      () => over.abort(),
      async ({ url }) => {
        const proxyFor = () => ({ url: new URL("http://127.0.0.1:9"), name: "a proxy" });
        const asked = fetchJson(new URL(url), { signal: over.signal, proxyFor });
        await expect(asked).rejects.toMatchObject({ name: "AbortError" });
      },
    );
  });

  test("may be stored compressed", async () => {
    const compressed: Answer = (response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"a":1}'));
    };
    await withUpstream(compressed, async ({ url, seen }) => {
      expect(await fetchJson(new URL(url), never)).toEqual({ a: 1 });
      expect(seen[0]?.headers["accept-encoding"]).toBe("identity");
    });
  });

  test.each<[string, string | Buffer, Reason]>([
    ["a page for people", "\n<html>", "HTML page"],
    ["nothing", "", "not JSON"],
    ["half of it", '{"keys":', "not JSON"],
    ["text of another encoding", Buffer.from([0x22, 0xff, 0x22]), "not UTF-8"],
    ["a part of a character", Buffer.from('"é"').subarray(0, 2), "not UTF-8"],
  ])("is not %s", async (_what, body, reason) => {
    await withUpstream(
      (response) => void response.end(body),
      async ({ url }) => {
        await expect(fetchJson(new URL(url), never)).rejects.toMatchObject({ reason });
      },
    );
  });

  test.each<[string, number, Record<string, string>, number, Reason]>([
    ["its status", 500, {}, 1, "unexpected status"],
    ["its coding", 200, { "content-encoding": "br" }, 1, "encoded body"],
    ["its length", 200, {}, 262_145, "too large"],
  ])("without an end is let go for %s", async (_what, status, headers, length, reason) => {
    const closed = deferred<void>();
    const endless: Answer = (response) => {
      response.on("close", closed.resolve);
      response.writeHead(status, headers).write(" ".repeat(length));
    };
    await withUpstream(endless, async ({ url }) => {
      await expect(fetchJson(new URL(url), never)).rejects.toMatchObject({ reason });
      await closed.promise;
    });
  });

  test.each(["br", "deflate", "gzip, gzip"])("stored as %s is refused by that name", async (coding) => {
    await withUpstream(always(200, '{"a":1}', { "content-encoding": coding }), async ({ url }) => {
      await expect(fetchJson(new URL(url), never)).rejects.toThrow("encoded body");
    });
  });
});

/** A server on loopback with this certificate, which fetch does not know. */
function byTls(make: () => Promise<Credential>): () => Promise<unknown> {
  return async () => listening(createHttpsServer(await make()), (port) => thrownAt(`https://127.0.0.1:${port}`));
}

const thrownAt = (url: string) => fetchJson(new URL(url), never).catch((error: unknown) => error);

describe("a server that gives no answer is told by its reason:", () => {
  test.each<[Reason, () => Promise<unknown>]>([
    ["ECONNREFUSED", async () => thrownAt(`http://127.0.0.1:${await closedPort()}`)],
    ["ENETUNREACH", () => thrownAt("https://255.255.255.255")],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", byTls(selfSigned)],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", byTls(async () => (await createTestAuthority()).server())],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", byTls(withoutRoot)],
    [
      "not TLS",
      () =>
        listening(
          createServer((_, response) => response.end()),
          (port) => thrownAt(`https://127.0.0.1:${port}`),
        ),
    ],
    [
      "malformed HTTP",
      () =>
        listening(
          createSocketServer((socket) => void socket.end("not HTTP\r\n\r\n")),
          (port) => thrownAt(`http://127.0.0.1:${port}`),
        ),
    ],
  ])("%s", async (reason, fail) => {
    expect(reasonOf(await fail(), "unknown fault")).toBe(reason);
  });
});
