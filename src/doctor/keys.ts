import type { AdminTokenTimes } from "../amity/admin-token.js";
import { expiryOf } from "../amity/expiry.js";
import type { Secret } from "../config/reader.js";
import type { Keys } from "../config/regions.js";
import { type Check, counted, dateText, row } from "./check.js";

/** The longest server key that Amity documents (its OpenAPI). Characters. */
const maxServerKeyLength = 150;

/** What is known of a region's keys beside themselves. */
export interface KeyFacts {
  /** API key and server keys are tried with Amity, too. */
  readonly areTried: boolean;
  /** VISITORS is on. */
  readonly hasVisitors: boolean;
  /** Of the admin token. */
  readonly adminTimes: AdminTokenTimes;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Which keys a region has, and whether they look like keys. No key is sent here. */
export function keyChecks(scope: string, keys: Keys, facts: KeyFacts): Check[] {
  return [
    apiKeyCheck(scope, keys, facts),
    serverKeyCheck(scope, keys, facts),
    ...secondaryCheck(scope, keys),
    ...adminCheck(scope, keys, facts),
    ...visitorCheck(scope, keys, facts),
  ];
}

function apiKeyCheck(scope: string, { apiKey }: Keys, { areTried }: KeyFacts): Check {
  const check = row(scope, "API key");
  if (!apiKey) {
    return check.warn(
      "none: createSession answers REGION_NOT_CONFIGURED",
      `set AMITY_${scope}_API_KEY if the gateway is to register sessions`,
    );
  }
  const fault = shapeFault(apiKey);
  if (fault) return check.warn(`${sourceOf(apiKey)} ${fault}`, copyAgain(apiKey));
  const untried = "; not tried without --user, since that registers a session";
  return check.ok(`present (${sourceOf(apiKey)})${areTried ? "" : untried}`);
}

function serverKeyCheck(scope: string, keys: Keys, { areTried }: KeyFacts): Check {
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
  return check.ok(`present (${sourceOf(serverKey)}); mode SECURE${areTried ? "" : "; not tried without --user"}`);
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

function adminCheck(scope: string, { apiKey, serverKey, adminToken }: Keys, facts: KeyFacts): Check[] {
  if (!adminToken) return [];
  const check = row(scope, "admin token");
  const source = sourceOf(adminToken);
  const twin = [apiKey, serverKey].find((key) => key?.value === adminToken.value);
  const fault = twin ? `is the same as ${sourceOf(twin)}` : shapeFault(adminToken);
  if (fault) return [check.warn(`${source} ${fault}`, copyAgain(adminToken))];
  return [adminTokenCheck(scope, source, facts)];
}

function adminTokenCheck(scope: string, source: string, { adminTimes, areTried, now }: KeyFacts): Check {
  const check = row(scope, "admin token");
  const { issuedAt, expiresAt } = adminTimes;
  const age = issuedAt ? `issued ${dateText(issuedAt.getTime())}` : "age unknown";
  const present = `present (${source})${areTried ? "" : "; not tried without --user"}; ${age}`;
  if (!expiresAt) return check.ok(`${present}, expiry unknown`);
  const end = expiresAt.getTime();
  const { days, urgency } = expiryOf(end, now);
  const advice = `amity-graphql admin-token rotate --region ${scope.toLowerCase()}, or another one from Amity's console`;
  if (end <= now) return check.fail(`${present}, expired on ${dateText(end)}`, advice);
  const detail = `${present}, valid until ${dateText(end)}, ${counted(days, "day")}`;
  if (urgency === "none") return check.ok(detail);
  return urgency === "soon" ? check.warn(detail, advice) : check.fail(detail, advice);
}

/** That every region has one while VISITORS is on is seen to when the configuration is read. */
function visitorCheck(scope: string, keys: Keys, { hasVisitors }: KeyFacts): Check[] {
  const { visitorSecret: secret } = keys;
  if (!secret) return [];
  const check = row(scope, "visitor secret");
  const source = sourceOf(secret);
  const twin = [keys.apiKey, keys.serverKey, keys.adminToken].find((key) => key?.value === secret.value);
  const fault = twin ? `is the same as ${sourceOf(twin)}` : shapeFault(secret);
  if (fault) return [check.warn(`${source} ${fault}`, copyAgain(secret))];
  const use = hasVisitors
    ? "not tried, since that would open a visitor's session"
    : "the gateway does not use it: VISITORS is off";
  return [check.ok(`present (${source}); ${use}`)];
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
