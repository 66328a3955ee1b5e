import type { Secret } from "../config/reader.js";
import type { Keys } from "../config/regions.js";
import { type Check, row } from "./check.js";

/** The longest server key that Amity documents (its OpenAPI). Characters. */
const maxServerKeyLength = 150;

/**
 * Which keys a region has, and whether they look like keys. `willMint`: whether they are tried with Amity, too. No key
 * is sent here.
 */
export function keyChecks(scope: string, keys: Keys, willMint: boolean): Check[] {
  return [
    apiKeyCheck(scope, keys),
    serverKeyCheck(scope, keys, willMint),
    ...secondaryCheck(scope, keys),
    ...adminCheck(scope, keys),
  ];
}

function apiKeyCheck(scope: string, { apiKey }: Keys): Check {
  const check = row(scope, "API key");
  if (!apiKey) {
    return check.warn(
      "none: createSession answers REGION_NOT_CONFIGURED",
      `set AMITY_${scope}_API_KEY if the gateway is to register sessions`,
    );
  }
  const fault = shapeFault(apiKey);
  if (fault) return check.warn(`${sourceOf(apiKey)} ${fault}`, copyAgain(apiKey));
  return check.ok(`present (${sourceOf(apiKey)}); not tried, since that would register a session`);
}

function serverKeyCheck(scope: string, keys: Keys, willMint: boolean): Check {
  const check = row(scope, "server key");
  const { serverKey } = keys;
  if (!serverKey) {
    return check.warn(
      "none: mode UNSECURE, and authToken answers SECURE_MODE_NOT_CONFIGURED",
      `set AMITY_${scope}_SERVER_KEY if the network is in secure mode`,
    );
  }
  const fault = serverKeyFault(keys, serverKey);
  if (fault) return check.warn(`${sourceOf(serverKey)} ${fault}`, copyAgain(serverKey));
  return check.ok(`present (${sourceOf(serverKey)}); mode SECURE${willMint ? "" : "; not tried without --user"}`);
}

function secondaryCheck(scope: string, keys: Keys): Check[] {
  const { serverKey, serverKeySecondary: secondary } = keys;
  if (!secondary) return [];
  const check = row(scope, "secondary server key");
  if (secondary.value === serverKey?.value) {
    return [check.warn(`${sourceOf(secondary)} is the same as the server key`, `unset ${sourceOf(secondary)}`)];
  }
  const fault = serverKeyFault(keys, secondary);
  if (fault) return [check.warn(`${sourceOf(secondary)} ${fault}`, copyAgain(secondary))];
  return [check.ok(`present (${sourceOf(secondary)}): tried when the first is refused`)];
}

function adminCheck(scope: string, { apiKey, serverKey, adminToken }: Keys): Check[] {
  if (!adminToken) return [];
  const check = row(scope, "admin token");
  const source = sourceOf(adminToken);
  const twin = [apiKey, serverKey].find((key) => key?.value === adminToken.value);
  const fault = twin ? `is the same as ${sourceOf(twin)}` : shapeFault(adminToken);
  if (fault) return [check.warn(`${source} ${fault}`, copyAgain(adminToken))];
  return [check.ok(`present (${source}), for revokeUserSessions; not tried, since that would end sessions`)];
}

function serverKeyFault({ apiKey }: Keys, key: Secret): string | undefined {
  if (key.value === apiKey?.value) return "is the same as the API key";
  if (key.value.length > maxServerKeyLength) return `is longer than Amity's ${maxServerKeyLength} characters`;
  return shapeFault(key);
}

/** What cannot be sent in a header was refused when the configuration was read; this is what copying goes wrong by. */
function shapeFault({ value }: Secret): string | undefined {
  if (/ /.test(value)) return "holds a space";
  return undefined;
}

function copyAgain(secret: Secret): string {
  return `copy it from Amity's console into ${sourceOf(secret)} again`;
}

/** The variable that gave a secret. */
export function sourceOf({ name, path }: Secret): string {
  return path === undefined ? name : `${name}_FILE`;
}
