import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How many connections are kept while their clients say nothing. */
const usualMost = 2_000;

/** So many more are taken when every other one is owed an answer: for health checks, for operations are shed then. */
const reserveShare = 0.05;

/** A connection's last request. Node's own limit would answer what is pipelined after it in its own words. */
const mostRequests = 1_000;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * The connections of a server. A full house locks nobody out: whoever comes in takes the place of the connection that
 * has been silent for longest. Only those that are owed an answer are safe.
 */
export class Connections {
  /** Those without progress for longest come first. */
  readonly #open = new Map<Socket, Set<Exchange>>();
  /** Requests that were begun. */
  readonly #counts = new WeakMap<Socket, number>();
  #begun = 0;
  #taken = 0;

  constructor(
    server: Server,
    private readonly most: number,
  ) {
    server.on("connection", (socket) => this.#admit(socket));
    server.on("request", (request, response) => this.#begin({ request, response }));
  }

  /** Is every connection owed an answer, and another one in? */
  get isFull(): boolean {
    return this.#open.size > this.most;
  }

  /** So many connections there were so far. */
  get taken(): number {
    return this.#taken;
  }

  /** So many requests were begun so far, on all of them. */
  get begun(): number {
    return this.#begun;
  }

  get areOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Is any request under way? */
  get areBusy(): boolean {
    return [...this.#open.values()].some(({ size }) => size > 0);
  }

  /** Has a request of this connection begun whose end has not come? */
  isReceiving(socket: Socket): boolean {
    return [...(this.#open.get(socket) ?? [])].some(({ request }) => !request.complete);
  }

  /** Runs something as soon as this connection is owed no answer. */
  whenAnswered(socket: Socket, run: () => void): void {
    const owed = [...(this.#open.get(socket) ?? [])].filter(isOwed).at(-1);
    if (owed) owed.response.once("close", run);
    else run();
  }

  /** Those without a request under way: Node itself closes only those that have served one. */
  destroyIdle(): void {
    for (const [socket, exchanges] of this.#open) if (exchanges.size === 0) socket.destroy();
  }

  #admit(socket: Socket): void {
    this.#taken++;
    this.#open.set(socket, new Set());
    socket.once("close", () => this.#open.delete(socket));
    if (!this.isFull) return;
    const silent = this.#longestSilent();
    if (silent && silent !== socket) this.#remove(silent);
    else if (this.#open.size > this.most * (1 + reserveShare)) this.#remove(socket);
  }

  #longestSilent(): Socket | undefined {
    for (const [socket, exchanges] of this.#open) if (![...exchanges].some(isOwed)) return socket;
    return undefined;
  }

  /** At once, for many may come in before its end is heard of. */
  #remove(socket: Socket): void {
    this.#open.delete(socket);
    socket.destroy();
  }

  #begin(exchange: Exchange): void {
    this.#begun++;
    const { socket } = exchange.request;
    const exchanges = this.#open.get(socket);
    if (!exchanges) return;
    exchanges.add(exchange);
    this.#moveToEnd(socket, exchanges);
    const count = (this.#counts.get(socket) ?? 0) + 1;
    this.#counts.set(socket, count);
    if (count >= mostRequests) exchange.response.setHeader("connection", "close");
    exchange.response.once("close", () => {
      exchanges.delete(exchange);
      this.#moveToEnd(socket, exchanges);
    });
  }

  #moveToEnd(socket: Socket, exchanges: Set<Exchange>): void {
    if (this.#open.delete(socket)) this.#open.set(socket, exchanges);
  }
}

/** The client has sent all of its request, and the gateway has not given its answer. */
function isOwed({ request, response }: Exchange): boolean {
  return request.complete && !response.writableEnded;
}

/** What the process itself has open: the engine's files, the listeners, the log, keys that are read again. */
const ownFiles = 32;

/** Half of what may be open beside the process's own files: each connection may ask for a call, which needs another. */
export function mostConnections(openFiles: number | undefined): number {
  return Math.min(usualMost, Math.floor(((openFiles ?? Number.POSITIVE_INFINITY) - ownFiles) / 2));
}
