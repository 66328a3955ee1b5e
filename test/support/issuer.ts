import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { JWK } from "jose";
import type { SigningKey } from "./tokens.js";

const discoveryPath = "/.well-known/openid-configuration";
const keysPath = "/keys";

/** What the provider does with a request instead of answering it well. */
const faults = {
  "is down": (response) => response.destroy(),
  hangs: () => {},
  "hangs in the body": (response) => response.writeHead(200).write("{"),
  "answers 500": (response, good) => response.writeHead(500).end(good),
  "answers 204": (response) => response.writeHead(204).end(),
  "sends HTML": (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>"),
  "sends 10 MB": (response) => response.writeHead(200).end(" ".repeat(10_000_000)),
  "sends a compressed 10 MB": (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(" ".repeat(10_000_000))),
  "sends half of it": (response, good) => response.writeHead(200).end(good.slice(0, good.length / 2)),
  "sends keys in no list": (response) => response.writeHead(200).end('{"keys":{"0":{}}}'),
  "sends null": (response) => response.writeHead(200).end("null"),
  "sends UTF-16": (response, good) => response.writeHead(200).end(Buffer.from(good, "utf16le")),
  "sends no keys": (response) => response.writeHead(200).end('{"keys":[]}'),
  "sends a list": (response, good) => response.writeHead(200).end(`[${good}]`),
  "redirects to itself": (response) => response.writeHead(302, { location: "?moved" }).end(),
} satisfies Record<string, (response: ServerResponse, good: string) => void>;

export type IssuerFault = keyof typeof faults;
export const issuerFaults = Object.keys(faults) as IssuerFault[];

/** Tests publish what is no key, too. */
function isSigningKey(key: SigningKey | JWK | null): key is SigningKey {
  return typeof key === "object" && key !== null && "jwk" in key;
}

/** A scripted identity provider. */
export interface Issuer {
  /** Its name and address, such as http://127.0.0.1:4000. */
  readonly url: string;
  readonly keysUrl: string;
  /** The path and query of every request. */
  readonly seen: readonly string[];
  /** How often the key set was asked for, and the discovery document. */
  readonly fetches: number;
  readonly discoveries: number;
  /** Waits until the key set was asked for so often. */
  fetched(times: number): Promise<void>;
  /** Publishes these keys and no others from now on. */
  publish(...keys: readonly (SigningKey | JWK)[]): void;
  /** Begins to fail so, or to work again. */
  fail(fault: IssuerFault | undefined): void;
  /** Changes what the discovery document says. */
  describe(more: object): void;
}

export interface IssuerSetup {
  readonly keys?: readonly (SigningKey | JWK)[];
  readonly fault?: IssuerFault;
}

/** An identity provider on loopback with discovery document and key set; closed when `use` ends. */
export async function withIssuer(setup: IssuerSetup, use: (issuer: Issuer) => Promise<void>): Promise<void> {
  const seen: string[] = [];
  const watchers = new Set<() => void>();
  const state = { keys: setup.keys ?? [], fault: setup.fault, document: {} };
  const count = (start: string) => seen.filter((path) => path.startsWith(start)).length;

  const server = createServer((request, response) => {
    const path = request.url ?? "";
    seen.push(path);
    const good = goodAnswer(path);
    if (good === undefined) response.writeHead(404).end();
    else if (state.fault && !path.includes("moved")) faults[state.fault](response, good);
    else response.writeHead(200, { "content-type": "application/json" }).end(good);
    for (const watch of watchers) watch();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function goodAnswer(path: string): string | undefined {
    switch (path.split("?")[0]) {
      case discoveryPath:
        return JSON.stringify({ issuer: url, jwks_uri: url + keysPath, ...state.document });
      case keysPath:
        return JSON.stringify({ keys: state.keys.map((key) => (isSigningKey(key) ? key.jwk : key)) });
    }
    return undefined;
  }

  try {
    await use({
      url,
      keysUrl: url + keysPath,
      seen,
      get fetches() {
        return count(keysPath);
      },
      get discoveries() {
        return count(discoveryPath);
      },
      fetched: (times) =>
        new Promise((resolve) => {
          const watch = () => {
            if (count(keysPath) < times) return;
            watchers.delete(watch);
            resolve();
          };
          watchers.add(watch);
          watch();
        }),
      publish: (...keys) => {
        state.keys = keys;
      },
      fail: (fault) => {
        state.fault = fault;
      },
      describe: (more) => {
        state.document = more;
      },
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
