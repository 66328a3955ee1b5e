import type { ApiKey } from "../caller/api-keys.js";
import type { JwtKeySource } from "../caller/authenticator.js";
import { createJwksSource, type FetchFailure } from "../caller/jwks.js";
import type { Config } from "../config/config.js";
import { urlOf } from "../config/outgoing.js";
import { reasons } from "../errors/reasons.js";
import type { Clock } from "../system/clock.js";
import type { ProxyFor } from "../system/forward-proxy.js";
import { type Check, counted, row } from "./check.js";

const scope = "callers";

/** Whom the gateway would know. Published keys are fetched as the gateway fetches them. */
export async function callerChecks(
  { auth, regions, proxyFor }: Pick<Config, "auth" | "regions" | "proxyFor">,
  clock: Clock,
): Promise<Check[]> {
  const mode = row(scope, "AUTH_MODE");
  if (auth.mode === "none") {
    const detail = "none: whoever reaches the gateway from this machine can mint tokens for any user";
    if (regions === "emulator") return [mode.ok(detail)];
    return [mode.warn(detail, "for development only: set AUTH_MODE to `jwt`, `apikey` or both")];
  }
  const { jwt, apiKeys } = auth;
  const modes = [jwt && "jwt", apiKeys && "apikey"].filter(Boolean).join(", ");
  return [
    mode.ok(modes),
    ...(jwt ? [await tokenKeysCheck(jwt.keys, proxyFor, clock)] : []),
    ...(apiKeys ? [serviceKeysCheck(apiKeys.first, clock.now())] : []),
  ];
}

async function tokenKeysCheck(keys: JwtKeySource, proxyFor: ProxyFor, clock: Clock): Promise<Check> {
  const check = row(scope, "token keys");
  if (keys.kind === "static") return check.ok("fixed by AUTH_JWT_PUBLIC_KEY or AUTH_JWT_SECRET");
  let failure: FetchFailure | undefined;
  const onFailure = (told: FetchFailure) => {
    failure = told;
  };
  let odd = 0;
  const onOddEntries = (entries: number) => {
    odd = entries;
  };
  const isLoaded = await createJwksSource({ ...keys, clock, proxyFor, onFailure, onOddEntries }).warmUp();
  const isNamed = "jwksUrl" in keys.location;
  const from = isNamed ? "AUTH_JWT_JWKS_URL" : "the discovery document of AUTH_JWT_ISSUER";
  const proxy = proxyFor(urlOf(keys.location));
  const way = proxy ? `${from}, by the proxy ${proxy.name}` : from;
  if (isLoaded && odd > 0) {
    return check.warn(
      `published ones loaded through ${way}; ${odd} of the set cannot be used`,
      "nothing, if no token names them; else have the provider mend its key set",
    );
  }
  if (isLoaded) return check.ok(`published ones loaded through ${way}`);
  const { reason } = failure ?? { reason: "unknown fault" as const };
  const why = failure ? failureText(failure) : reasons[reason].means;
  return check.fail(`published ones cannot be loaded through ${from}: ${why}`, reasons[reason].todo);
}

function failureText({ reason, document, host, status, problem }: FetchFailure): string {
  const what = `${document === "keys" ? "the keys" : "/.well-known/openid-configuration"} of ${host}`;
  if (problem !== undefined) return `${what} (${reason}: ${problem})`;
  return `${what}: ${reasons[reason].means} (${[reason, status].filter(Boolean).join(" ")})`;
}

function serviceKeysCheck(keys: readonly ApiKey[], now: number): Check {
  const check = row(scope, "service keys");
  const expired = keys.filter(({ expires }) => expires !== undefined && expires <= now).map(({ id }) => id);
  const total = `${counted(keys.length, "key")} in AUTH_API_KEYS_FILE`;
  if (keys.length === expired.length) {
    return check.fail(`${total}, none of them valid now`, "make one with amity-graphql apikey create --id ID");
  }
  if (expired.length === 0) return check.ok(total);
  return check.warn(`${total}, expired: ${expired.join(", ")}`, "take them out of the file, or replace them");
}
