import type { X509Certificate } from "node:crypto";
import { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Credentials } from "./credentials.js";
import { because } from "./errors.js";
import type { Recorder } from "./inspector/recorder.js";
import type { MutualTls } from "./mutual-tls.js";
import { kindsOf } from "./route-kind.js";

/**
 * Lets the token routes, the admin's routes, and whatever carries the admin token, be used with a client certificate
 * only (docs.social.plus Security page). Without one the connection breaks like a failed handshake, or the answer is
 * 403.
 */
export function requireCertificates(
  app: FastifyInstance,
  { certificates, refusal }: MutualTls,
  credentials: Credentials,
  recorder: Recorder,
): void {
  app.addHook("onRequest", async (request, reply) => {
    if (!isProtected(request) && !credentials.isAdmin(request)) return;
    if (certificates.accepts(shownCertificate(request))) return;
    const error = because("forbidden", "There is no client certificate, or none that is valid.");
    if (refusal === "403") throw error;
    recorder.refused(request, error);
    reply.hijack();
    request.raw.destroy();
    return reply;
  });
}

function isProtected(request: FastifyRequest): boolean {
  return kindsOf(request).some((kind) => kind === "token" || kind === "admin");
}

function shownCertificate({ raw: { socket } }: FastifyRequest): X509Certificate | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
}
