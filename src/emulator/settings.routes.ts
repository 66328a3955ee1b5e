import type { FastifyInstance } from "fastify";
import type { Credentials } from "./credentials.js";
import { deepLinkSettings, type NetworkSettings, uiKitSettings } from "./network-settings.js";
import { parse, settingsUpdate } from "./validation.js";

/**
 * The network's settings: what Amity's SDKs read at a login and the UI kit at its start, for every live token, and the
 * switches of the admin (OpenAPI v3).
 */
export function registerSettingsRoutes(
  app: FastifyInstance,
  settings: NetworkSettings,
  credentials: Credentials,
): void {
  const root = "/api/v3/network-settings";

  const pages: readonly [path: string, body: () => object][] = [
    [root, () => settings.whole()],
    [`${root}/chat`, () => settings.chat()],
    // OpenAPI shows the settings themselves; Amity's SDKs 6.35.3 and 7.20.0 read them one level deeper.
    [`${root}/social`, () => ({ ...settings.social(), socialNetworkSetting: settings.social() })],
    [`${root}/uikit`, () => uiKitSettings],
    [`${root}/shareable-deep-links`, () => deepLinkSettings],
  ];
  for (const [path, body] of pages) {
    app.get(path, (request, reply) => {
      credentials.caller(request);
      return reply.send(body());
    });
  }

  app.put(root, (request, reply) => {
    credentials.requireAdmin(request);
    settings.update(parse(settingsUpdate, request.body, "badRequest"));
    return reply.send(settings.whole());
  });
}
