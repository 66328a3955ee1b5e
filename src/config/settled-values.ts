import { regionCodes } from "../amity/regions.js";
import type { Config } from "./config.js";
import { withoutCredentials } from "./shown.js";

/** What holds of the settings that others decide too, by their names, in the form that they are written in. */
export function settledValues(config: Config): Readonly<Record<string, string | undefined>> {
  const { auth, regions, shutdown } = config;
  const jwt = auth.mode === "credentials" ? auth.jwt : undefined;
  const configured = regionCodes.flatMap((code) => {
    const region = regions === "emulator" ? undefined : regions[code];
    return region?.apiKey || region?.serverKey
      ? [[`AMITY_${code}_BASE_URL`, withoutCredentials(region.baseUrl.href)]]
      : [];
  });
  return {
    ...Object.fromEntries(configured),
    AMITY_REGION: config.defaultRegion.toLowerCase(),
    AUTH_MODE: auth.mode === "none" ? "none" : undefined,
    AUTH_JWT_ALGORITHMS: jwt?.rules.algorithms.join(","),
    DRAIN_MS: String(shutdown.drainMs),
    EXPLORER: config.explorer,
    INTROSPECTION: config.introspection,
  };
}
