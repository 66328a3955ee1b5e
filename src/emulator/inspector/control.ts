import type { FastifyInstance } from "fastify";
import { registerCertificateRoutes } from "../certificate.routes.js";
import { registerFaultRoutes } from "../faults/fault.routes.js";
import { addPart } from "../http.js";
import { registerSystemBanRoutes } from "../system-ban.routes.js";
import { resetWorld, type World } from "../world.js";
import { registerControlRoutes } from "./control.routes.js";
import { controlPath, keepSitesOut, requireControlKey } from "./control-guard.js";
import { EventStreams } from "./event-streams.js";
import { registerInspectorRoutes } from "./inspector.routes.js";
import { createMask } from "./masking.js";
import { registerPageRoutes } from "./page.routes.js";
import type { RequestLog } from "./request-log.js";

/** Everything below /__emulator: the inspector's page, which has no secret in it, and what wants the key. */
export function registerControl(app: FastifyInstance, world: World, log: RequestLog): void {
  const { apiKey, serverKey, adminToken, controlKey, visitorSecret } = world.settings;
  keepSitesOut(app);
  registerPageRoutes(app);
  addPart(app, "keyed", (keyed) => {
    requireControlKey(keyed, controlKey);
    const mask = createMask([apiKey, serverKey, adminToken, controlKey, visitorSecret]);
    registerInspectorRoutes(keyed, world, log, { mask, streams: new EventStreams() });
    registerControlRoutes(keyed, world);
    registerSystemBanRoutes(keyed, world.network.users);
    registerFaultRoutes(keyed, world.faults);
    if (world.certificates) registerCertificateRoutes(keyed, world.certificates);
    keyed.post(`${controlPath}/reset`, (_request, reply) => {
      resetWorld(world);
      log.clear();
      return reply.send({ success: true });
    });
  });
}
