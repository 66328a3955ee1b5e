import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { WallClock } from "../../system/clock.js";
import type { Recorder } from "../inspector/recorder.js";
import { kindsOf } from "../route-kind.js";
import * as broken from "./broken-answers.js";
import type { FaultOf, RequestFault } from "./fault.js";
import type { FaultList } from "./fault-list.js";
import * as replaced from "./replaced-answers.js";

type Spoiler = (body: Buffer) => Promise<void>;

/** What comes of a fault: nothing more, no answer, another answer, or the real one spoiled. */
type Outcome = "proceed" | "taken" | { readonly answer: replaced.ReplacedAnswer } | { readonly spoil: Spoiler };

/**
 * Lets the faults meet every request to these routes. A fault comes before the route's own work, so that a refused
 * request has changed nothing; only those that spoil the real answer let it happen.
 */
export function registerFaults(app: FastifyInstance, faults: FaultList, now: WallClock, recorder: Recorder): void {
  const spoilers = new WeakMap<FastifyRequest, Spoiler>();

  app.addHook("preHandler", async (request, reply) => {
    const met = faults.take(kindsOf(request));
    if (met.length === 0) return;
    const exchange = exchangeOf(request, reply);
    for (const fault of met) {
      recorder.metFault(request, fault.kind);
      const outcome = await meet(fault, exchange, request, now());
      if (outcome === "proceed") continue;
      if (outcome === "taken") return reply.hijack();
      if ("spoil" in outcome) return void spoilers.set(request, outcome.spoil);
      const { status, headers, body } = outcome.answer;
      return reply.code(status).headers(headers).send(body);
    }
  });

  app.addHook("onSend", (request, reply, payload, done) => {
    const spoil = spoilers.get(request);
    if (!spoil) return done(null, payload);
    reply.hijack(); // and not done: the answer is in the spoiler's hands
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? "");
    inBackground(spoil(Buffer.from(typeof payload === "string" ? payload : "")), request);
  });
}

/** What each kind does before the route's own work. */
async function meet(
  fault: RequestFault,
  exchange: broken.Exchange,
  request: FastifyRequest,
  now: number,
): Promise<Outcome> {
  switch (fault.kind) {
    case "latency":
      return (await broken.pause(fault.ms, exchange)) ? "proceed" : "taken";
    case "hang":
      return "taken";
    case "resetBeforeHeaders":
      broken.reset(exchange);
      return "taken";
    case "endlessBody":
      inBackground(broken.sendForEver(exchange), request);
      return "taken";
    case "nonJson":
      return { answer: replaced.htmlPage };
    case "wrongTypes":
      return { answer: replaced.wrongTypes };
    case "rateLimit":
      return { answer: replaced.rateLimited(fault, now) };
    case "status":
      return { answer: replaced.plainStatus(fault) };
    case "redirect":
      return { answer: replaced.redirected(fault) };
    case "echoSecrets":
      return { answer: replaced.echoed(fault, request) };
    default:
      return { spoil: (body) => spoil(fault, body, exchange) };
  }
}

type SpoilingFault = FaultOf<
  "drip" | "resetAfterHeaders" | "resetMidBody" | "truncate" | "hugeHeader" | "gzip" | "keepAliveIdleClose"
>;

/** What each of the other kinds does to the real answer. */
async function spoil(fault: SpoilingFault, body: Buffer, exchange: broken.Exchange): Promise<void> {
  switch (fault.kind) {
    case "drip":
      return broken.drip(fault, body, exchange);
    case "resetAfterHeaders":
      return broken.sendAndReset(0, body, exchange);
    case "resetMidBody":
      return broken.sendAndReset(Math.ceil(body.length / 2), body, exchange);
    case "truncate":
      return broken.truncate(body, exchange);
    case "hugeHeader":
      return broken.swell(fault, body, exchange);
    case "gzip":
      return broken.compress(body, exchange);
    case "keepAliveIdleClose":
      return broken.closeWhenIdle(fault, body, exchange);
  }
}

function exchangeOf({ raw: request }: FastifyRequest, { raw: response }: FastifyReply): broken.Exchange {
  const connection = new AbortController();
  if (response.closed) connection.abort();
  else response.once("close", () => connection.abort());
  return { request, response, gone: connection.signal };
}

/** Nobody waits for what goes on after the hooks; the one way to fail there is that the client has gone. */
function inBackground(work: Promise<void>, { raw }: FastifyRequest): void {
  work.catch(() => raw.destroy());
}
