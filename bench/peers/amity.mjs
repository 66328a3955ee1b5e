import { LRUCache } from "lru-cache";
import { apiKey, reuseSeconds, serverKey } from "./options.mjs";

/** What a team would write by hand around Amity's two routes. The client is chosen by the command line. */
const { post } = await import(`./client-${process.argv[2]}.mjs`);

const tenMinutes = 600_000;
const thirtyDays = 30 * 86_400_000;

const regionTable = [
  ["EU", "Europe", "https://api.eu.amity.co/"],
  ["SG", "Singapore", "https://api.sg.amity.co/"],
  ["US", "United States", "https://api.us.amity.co/"],
];

export function listRegions() {
  return regionTable.map(([code, name, endpoint]) => ({
    code,
    name,
    endpoint,
    isDefault: code === "EU",
    isConfigured: Boolean(serverKey),
    authenticationMode: serverKey ? "SECURE" : "UNSECURE",
    status: "AVAILABLE",
  }));
}

function isText(value, most) {
  return typeof value === "string" && value.length > 0 && value.length <= most;
}

/** Whoever sent it is at fault, not Amity. */
export class BadInput extends Error {}

function lifeFrom(issuedAt, expiresAt) {
  return {
    issuedAt: new Date(issuedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    refreshAfter: new Date(issuedAt + 0.8 * (expiresAt - issuedAt)).toISOString(),
  };
}

function mint(userId, region) {
  return post(region, "/api/v4/authentication/token", { "x-server-key": serverKey }, { userId });
}

const reused = reuseSeconds > 0 ? new LRUCache({ max: 10_000, ttl: reuseSeconds * 1_000 }) : undefined;

export async function authToken({ userId, region = "EU" }) {
  if (!isText(userId, 100)) throw new BadInput("userId");
  const key = `${region} ${userId}`;
  const known = reused?.get(key);
  if (known) return known;
  const issuedAt = Date.now();
  const token = await mint(userId, region);
  const answer = { token, userId, region, ...lifeFrom(issuedAt, issuedAt + tenMinutes) };
  reused?.set(key, answer);
  return answer;
}

export async function createSession({ userId, deviceId, displayName, authToken, region = "EU" }) {
  if (!isText(userId, 50)) throw new BadInput("userId");
  if (!isText(deviceId, 150)) throw new BadInput("deviceId");
  const token = authToken ?? (await mint(userId, region));
  const request = { userId, deviceId, displayName, authToken: token };
  const session = await post(region, "/api/v3/sessions", { "x-api-key": apiKey }, request);
  const user = session.users.find((candidate) => candidate.userId === userId);
  const issuedAt = Date.parse(session.issuedAt);
  return {
    accessToken: session.accessToken,
    refreshToken: session.refreshToken,
    userId,
    region,
    ...lifeFrom(issuedAt, session.expiresAt ? Date.parse(session.expiresAt) : issuedAt + thirtyDays),
    user: { userId: user.userId, displayName: user.displayName, roles: user.roles },
  };
}
