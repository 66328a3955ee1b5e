import type { FastifyInstance } from "fastify";
import { parse } from "../validation.js";
import { requestFaults } from "./fault.js";
import type { FaultList } from "./fault-list.js";

/** Lets a test or an operator change the faults of a running emulator; Amity has no such path. */
export function registerFaultRoutes(app: FastifyInstance, faults: FaultList): void {
  const path = "/__emulator/faults";

  app.get(path, (_request, reply) => reply.send(faults.all()));

  app.put(path, (request, reply) => {
    const list = parse(requestFaults, request.body, "invalidParameters");
    faults.replace(list);
    return reply.send(list);
  });

  app.delete(path, (_request, reply) => {
    faults.replace([]);
    return reply.send({ success: true });
  });
}
