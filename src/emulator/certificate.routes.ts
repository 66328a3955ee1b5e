import type { FastifyInstance } from "fastify";
import type { ClientCertificates } from "./client-certificates.js";
import { certificateName, certificateRequest, parse } from "./validation.js";

/** Stands for the part of Amity's console that issues client certificates; Amity has no such paths. */
export function registerCertificateRoutes(app: FastifyInstance, certificates: ClientCertificates): void {
  const path = "/__emulator/certificates";

  app.get(path, (_request, reply) => reply.send(certificates.list()));

  app.post(path, async (request, reply) => {
    const { name, csr } = parse(certificateRequest, request.body, "invalidParameters");
    return reply.send(await certificates.issue(name, csr));
  });

  app.delete(`${path}/:name`, (request, reply) => {
    certificates.disable(parse(certificateName, request.params, "invalidParameters").name);
    return reply.send({ success: true });
  });
}
