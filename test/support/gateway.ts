import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { type GatewayOptions, startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import type { Env } from "../../src/config/reader.js";
import { Canary, recordingLogger } from "./canary.js";

export interface PublicErrorBody {
  message: string;
  path?: (string | number)[];
  extensions: {
    code: string;
    requestId: string;
    retryable: boolean;
    retryAfterSeconds?: number;
    amity?: { status: number; code?: number };
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface TestGateway {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** Sends an operation by POST. */
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<Answered>;
  /** What the gateway logged so far, as JSON lines. */
  readonly logged: readonly string[];
  /** As SIGHUP does. */
  reload(): Promise<void>;
  /** Sends any request below the gateway's origin. */
  send(path: string, init?: RequestInit): Promise<Answered>;
}

export interface GatewaySetup extends GatewayOptions {
  readonly env?: Env;
}

/** A gateway on a free port, configured by `env` alone; stopped when `use` ends. Without keys it has its emulator. */
export async function withGateway(setup: GatewaySetup, use: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const { env, ...options } = setup;
  // A busy machine is no reason to refuse a test's request.
  const { config, problems } = loadConfig({ PORT: "0", AUTH_MODE: "none", SHED_EVENT_LOOP_DELAY_MS: "0", ...env });
  if (!config) throw new Error(problems.join("; "));
  const canary = new Canary();
  canary.watchEnv(env ?? {});
  const { logger, lines } = recordingLogger();
  const gateway = await startGateway(config, { logger, ...options });
  const connections = connectionsTo(gateway.url);
  const send = async (path: string, init?: RequestInit) => {
    canary.watchHeaders(Object.fromEntries(new Headers(init?.headers)));
    const answer = await answered(await fetch(new URL(path, gateway.url), init));
    canary.search("an answer", `${JSON.stringify([...answer.headers])}${answer.text}`);
    return answer;
  };
  try {
    await use({
      url: gateway.url,
      logged: lines,
      reload: () => gateway.reload(),
      send,
      ask: (query, variables = {}, headers = {}) =>
        send("/graphql", {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ query, variables }),
        }),
    });
  } finally {
    connections.close();
    await gateway.stop();
  }
  for (const line of lines) canary.search("a log line", line);
}

/** What undici, which is Node's fetch, says when it has opened a connection. */
interface Connected {
  readonly connectParams: { readonly host: string };
  readonly socket: Socket;
}

/**
 * The connections that fetch opens to a server from now on. It keeps them, and a gateway that stops waits a moment for
 * what may still come over open ones.
 */
function connectionsTo(url: string) {
  const channel = "undici:client:connected";
  const { host } = new URL(url);
  const sockets = new Set<Socket>();
  const add = (message: unknown) => {
    const { connectParams, socket } = message as Connected;
    if (connectParams.host === host) sockets.add(socket);
  };
  subscribe(channel, add);
  return {
    close() {
      unsubscribe(channel, add);
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text ? JSON.parse(text) : undefined,
  };
}

/** Settings that point one region at a server on loopback. */
export function regionAt(url: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    AMITY_REGION: "eu",
    AMITY_EU_BASE_URL: url,
    AMITY_EU_API_KEY: "canary-api-key-eu",
    AMITY_EU_SERVER_KEY: "canary-server-key-eu",
    ...more,
  };
}

/** The single error of an answer. */
export function errorOf({ body }: Answered): PublicErrorBody {
  if (body?.errors?.length !== 1) throw new Error(`not one error: ${JSON.stringify(body)}`);
  return body.errors[0];
}
