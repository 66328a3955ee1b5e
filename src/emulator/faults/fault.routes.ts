import type { FastifyInstance } from "fastify";
import type { Credentials } from "../credentials.js";
import { parse } from "../validation.js";
import { requestFaults } from "./fault.js";
import type { FaultList } from "./fault-list.js";

/** Lets a test or an operator change the faults of a running emulator; Amity has no such path. */
export function registerFaultRoutes(app: FastifyInstance, faults: FaultList, credentials: Credentials): void {
  const path = "/__emulator/faults";

  app.put(path, (request, reply) => {
    credentials.requireAdmin(request);
    const list = parse(requestFaults, request.body, "invalidParameters");
    faults.replace(list);
    return reply.send(list);
  });

  app.delete(path, (request, reply) => {
    credentials.requireAdmin(request);
    faults.replace([]);
    return reply.send({ success: true });
  });
}
