import type { FastifyInstance, FastifyRequest } from "fastify";
import { systemClock, type WallClock } from "../../system/clock.js";
import { bearer } from "../credentials.js";
import { refusalText } from "../errors.js";
import type { Network } from "../network.js";
import { isControl } from "./control-guard.js";
import { type Exchange, type KeptBody, maxBodyBytes, type RequestLog } from "./request-log.js";

/** Hears of what cannot be seen in an answer. */
export interface Recorder {
  /** A request was refused with this. */
  refused(request: FastifyRequest, error: unknown): void;
  /** A request met a fault of this kind. */
  metFault(request: FastifyRequest, kind: string): void;
}

/** Keeps what Amity is asked and answers in the log: everything but preflights and the control routes. */
export class ExchangeRecorder implements Recorder {
  readonly #log: RequestLog;
  readonly #network: Network;
  readonly #now: WallClock;
  readonly #exchanges = new WeakMap<object, Exchange>();

  constructor(log: RequestLog, network: Network, now: WallClock) {
    this.#log = log;
    this.#network = network;
    this.#now = now;
  }

  /** Watches all requests that come to the app from now on. To be called before its routes are registered. */
  watch(app: FastifyInstance): void {
    app.addHook("onRequest", (request, reply, done) => {
      if (request.method !== "OPTIONS" && !isControl(request)) {
        const exchange = this.#begin(request);
        const startedAt = systemClock.elapsed();
        // Comes however it ends: a fault may take the answer out of Fastify's hands, and a client may go.
        reply.raw.once("close", () => this.#end(exchange, request, systemClock.elapsed() - startedAt, reply.raw));
      }
      done();
    });
    app.addHook("onSend", (request, reply, payload, done) => {
      const exchange = this.#exchanges.get(request.raw);
      if (exchange) {
        const body = keptText(payload);
        exchange.answer = { status: reply.statusCode, headers: reply.getHeaders(), body };
      }
      done(null, payload);
    });
  }

  refused(request: FastifyRequest, error: unknown): void {
    const exchange = this.#exchanges.get(request.raw);
    if (exchange) exchange.refusal = refusalText(error);
  }

  metFault(request: FastifyRequest, kind: string): void {
    this.#exchanges.get(request.raw)?.faults.push(kind);
  }

  #begin(request: FastifyRequest): Exchange {
    const { method, url: target, headers } = request;
    const exchange = this.#log.begin({ at: this.#now(), method, target, headers });
    const token = bearer(request);
    // Now, for the request may end the token.
    if (token !== undefined) exchange.tokenUserId = this.#network.accessTokens.find(token)?.userId;
    this.#exchanges.set(request.raw, exchange);
    return exchange;
  }

  #end(exchange: Exchange, request: FastifyRequest, ms: number, answer: { readonly writableFinished: boolean }): void {
    exchange.body = keptBody(request);
    exchange.ms = ms;
    exchange.isWhole = answer.writableFinished;
    this.#log.tell(exchange);
  }
}

function keptBody({ body, headers }: FastifyRequest): KeptBody {
  const declared = headers["content-length"];
  if (body === undefined) return { bytes: Number(declared ?? 0) };
  const bytes = declared === undefined ? Buffer.byteLength(JSON.stringify(body)) : Number(declared);
  return bytes > maxBodyBytes ? { bytes } : { bytes, json: body };
}

/** An answer is the emulator's own text: JSON, or a few plain words. */
function keptText(payload: unknown): KeptBody {
  if (typeof payload !== "string") return { bytes: 0 };
  const bytes = Buffer.byteLength(payload);
  if (bytes > maxBodyBytes) return { bytes };
  return { bytes, text: payload };
}
