import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credential } from "./certificates.js";

/** So long an answer takes at the most when all is well: answers overtake each other. Milliseconds. */
const mostDelayMs = 60;

/** In the place of an answer. `userId`: the one who was asked for. */
export type Mood = (response: ServerResponse, userId: string) => void;

/**
 * Plays Amity for one region, with server keys that can be changed. What it issues says for whom: see `decode`.
 */
export class ScriptedAmity {
  /** The server keys that it takes. */
  readonly taken: Set<string>;
  mood: Mood | undefined;
  /** So much longer each answer takes. Milliseconds. */
  delayMs = 0;
  #count = 0;

  private constructor(
    private readonly region: string,
    serverKey: string,
    private readonly chance: () => number,
    private readonly server: Server,
  ) {
    this.taken = new Set([serverKey]);
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  /** With a credential it speaks TLS, and takes one request for each connection: each then goes through its proxy. */
  static async start(region: string, serverKey: string, chance: () => number, credential?: Credential) {
    const server = credential ? createTlsServer({ ...credential }) : createServer();
    if (credential) server.on("request", (_, response) => response.setHeader("connection", "close"));
    server.on("tlsClientError", () => {});
    const amity = new ScriptedAmity(region, serverKey, chance, server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return amity;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { userId } = JSON.parse(await text(request).catch(() => "{}"));
    await sleep(this.delayMs + this.chance() * mostDelayMs);
    if (this.mood) return this.mood(response, userId);
    if (request.url?.includes("/sessions")) return void response.end(sessionOf(userId, this.#tokenFor(userId)));
    const isTaken = this.taken.has(String(request.headers["x-server-key"]));
    response.writeHead(isTaken ? 200 : 401).end(isTaken ? JSON.stringify(this.#tokenFor(userId)) : "Unauthorized");
  }

  #tokenFor(userId: string): string {
    return Buffer.from(JSON.stringify([this.region, userId, this.#count++])).toString("base64url");
  }
}

/** The body of a session of this user. */
export function sessionOf(userId: string, accessToken: string): string {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  return JSON.stringify({ accessToken, expiresAt, users: [{ userId }], files: [], roles: [] });
}

/** What a part of a token says, in JSON; undefined when it is none. A scripted Amity's: region, user and number. */
export function decode(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
