import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { AmityError } from "../errors.js";
import { faultKinds } from "../faults/fault.js";
import { parse } from "../validation.js";
import type { World } from "../world.js";
import { controlPath } from "./control-guard.js";
import type { EventStreams } from "./event-streams.js";
import { detailsOf, summaryOf } from "./exchange-view.js";
import type { Mask } from "./masking.js";
import type { RequestLog } from "./request-log.js";
import { snapshotOf } from "./snapshot.js";

const search = z.object({ find: z.string().max(900).default("") });
const oneExchange = z.object({ id: z.coerce.number().pipe(z.int()) });

/** What can be seen of an emulator: what it holds, what it was asked, and both as they change. */
export function registerInspectorRoutes(
  app: FastifyInstance,
  world: World,
  log: RequestLog,
  { mask, streams }: { readonly mask: Mask; readonly streams: EventStreams },
): void {
  app.get(`${controlPath}/state`, (request, reply) => {
    const { find } = parse(search, request.query, "invalidParameters");
    return reply.send(snapshotOf(world, mask, find));
  });

  app.get(`${controlPath}/requests`, (_request, reply) => {
    return reply.send({ requests: log.all().map((exchange) => summaryOf(exchange, mask)) });
  });

  app.get(`${controlPath}/requests/:id`, (request, reply) => {
    const exchange = log.find(parse(oneExchange, request.params, "invalidParameters").id);
    if (!exchange) throw new AmityError("routeNotFound", ["This request is not kept, or no longer."]);
    return reply.send(detailsOf(exchange, mask));
  });

  app.delete(`${controlPath}/requests`, (_request, reply) => {
    log.clear();
    return reply.send({ success: true });
  });

  app.get(`${controlPath}/fault-kinds`, (_request, reply) => reply.send(faultKinds));

  app.get(`${controlPath}/events`, (_request, reply) => streams.add(reply));

  log.listen((exchange) => {
    if (!streams.isEmpty) streams.send("request", summaryOf(exchange, mask));
  });
  // Whatever was changed by hand; what Amity's routes change is told by their requests.
  app.addHook("onResponse", (request, _reply, done) => {
    if (request.method !== "GET") streams.send("change", { route: request.routeOptions.url });
    done();
  });
  app.addHook("preClose", (done) => {
    streams.close();
    done();
  });
}
