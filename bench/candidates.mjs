import { fileURLToPath } from "node:url";
import { apiKey, serverKey } from "./amity-script.mjs";
import { audience, issuer, jwtSecret } from "./users.mjs";

/** What is measured side by side. The first is what the ratios are of. */

function pathOf(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Load shedding is on, but a machine that is busy with other things is not to end the bench. */
const shedDelayMs = "5000";

function gateway(title, settings, asksAs) {
  return {
    title,
    speaks: "graphql",
    asksAs,
    logs: settings.LOG_LEVEL !== "silent",
    // As docs/operations.md has it.
    command: ["--no-memory-reducer", "--max-semi-space-size=16", pathOf("../dist/main.js")],
    envFor: ({ urls, caFile, reuseSeconds }) => ({
      PORT: "0",
      NODE_EXTRA_CA_CERTS: caFile,
      AMITY_REGION: "eu",
      TOKEN_REUSE_SECONDS: String(reuseSeconds),
      SHED_EVENT_LOOP_DELAY_MS: shedDelayMs,
      ...Object.fromEntries(
        Object.entries(urls).flatMap(([region, url]) => [
          [`AMITY_${region}_BASE_URL`, url],
          [`AMITY_${region}_API_KEY`, apiKey],
          [`AMITY_${region}_SERVER_KEY`, serverKey],
        ]),
      ),
      ...settings,
    }),
  };
}

function peer(title, server, client, speaks) {
  return {
    title,
    speaks,
    asksAs: "anybody",
    logs: false,
    command: [pathOf(`peers/${server}.mjs`), client],
    envFor: ({ urls, caFile, reuseSeconds }) => ({
      NODE_ENV: "production",
      NODE_EXTRA_CA_CERTS: caFile,
      API_KEY: apiKey,
      SERVER_KEY: serverKey,
      REUSE_SECONDS: String(reuseSeconds),
      ...Object.fromEntries(Object.entries(urls).map(([region, url]) => [`${region}_URL`, url])),
    }),
  };
}

/** As users run it. The rate limit is on, and as high as it goes: 500 callers ask more often than 500 people would. */
const asUsersRunIt = {
  NODE_ENV: "production",
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: issuer,
  AUTH_JWT_AUDIENCE: audience,
  AUTH_JWT_SECRET: jwtSecret,
  RATE_LIMIT_USER: "1000000",
};

export const base = "express-axios";

/**
 * `asksAs`: whether a request carries the JWT of one of 500 callers, or comes from somebody who never came before.
 * `logs`: it writes of each request.
 */
export const candidates = {
  "express-axios": peer("Express 5 + axios, by hand", "express", "axios", "rest"),
  "express-undici": peer("Express 5 + undici, by hand", "express", "undici", "rest"),
  "apollo-express": peer("Apollo Server 5 + its Express integration + got", "apollo-express", "got", "graphql"),
  "mercurius-got": peer("Mercurius 16 with jit + got", "mercurius", "got", "graphql"),
  "bare-got": peer("bare node:http + got", "bare", "got", "rest"),
  "bare-undici": peer("bare node:http + undici", "bare", "undici", "rest"),
  "gateway-none": gateway(
    "**this gateway**, AUTH_MODE=none, no log",
    { AUTH_MODE: "none", LOG_LEVEL: "silent" },
    "anybody",
  ),
  "gateway-jwt": gateway("**this gateway**, AUTH_MODE=jwt, production, log on", asUsersRunIt, "caller"),
};
