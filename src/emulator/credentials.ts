import type { FastifyRequest } from "fastify";
import type { AdminTokens } from "./admin-tokens.js";
import { AmityError, type AmityErrorName, because } from "./errors.js";
import type { AccessGrant, Network } from "./network.js";
import type { RateLimiter } from "./rate-limiter.js";
import { isSame } from "./secrets.js";

/** The keys of a network that nothing changes. */
export interface NetworkKeys {
  readonly apiKey: string;
  readonly serverKey: string;
}

/** Who makes a request: the network's admin, or a user by a live access token. */
export type Caller = { readonly kind: "admin" } | ({ readonly kind: "user" } & AccessGrant);

/** Decides who may call; every check throws an AmityError, which says why not, or returns. */
export class Credentials {
  readonly #keys: NetworkKeys;
  readonly #adminTokens: AdminTokens;
  readonly #network: Network;
  readonly #limiter: RateLimiter | undefined;

  constructor(keys: NetworkKeys, adminTokens: AdminTokens, network: Network, limiter: RateLimiter | undefined) {
    this.#keys = keys;
    this.#adminTokens = adminTokens;
    this.#network = network;
    this.#limiter = limiter;
  }

  /** Refuses with unauthorized when the API key is missing or wrong. */
  requireApiKey(request: FastifyRequest): void {
    requireKey(request, "x-api-key", this.#keys.apiKey, "unauthorized");
  }

  /** Refuses when the server key is missing or wrong; how depends on the route. */
  requireServerKey(request: FastifyRequest, refusal: AmityErrorName): void {
    requireKey(request, "x-server-key", this.#keys.serverKey, refusal);
  }

  /** Is it the admin's? The token is taken in Authorization (OpenAPI v4) and in x-admin-token (docs.social.plus). */
  isAdmin(request: FastifyRequest): boolean {
    return this.#adminTokens.accepts(header(request, "x-admin-token") ?? bearer(request));
  }

  /** Finds the caller, or refuses with unauthorized, rateLimited, systemBan or globalBan. */
  caller(request: FastifyRequest): Caller {
    if (this.isAdmin(request)) return { kind: "admin" };
    const token = header(request, "x-admin-token") === undefined ? bearer(request) : undefined;
    if (token === undefined) throw because("unauthorized", withoutToken(request));
    const { accessTokens } = this.#network;
    const grant = accessTokens.find(token);
    if (!grant) throw because("unauthorized", `The access token ${accessTokens.whyDead(token)}.`);
    if (this.#limiter && !this.#limiter.allow(grant.userId)) throw new AmityError("rateLimited");
    this.#network.users.refuseBanned(grant.userId);
    return { kind: "user", ...grant };
  }

  /** Refuses as `caller` does, and with permissionDenied when the caller is a user. */
  requireAdmin(request: FastifyRequest): void {
    if (this.caller(request).kind !== "admin") throw because("permissionDenied", "Only the admin may do this.");
  }
}

function requireKey(request: FastifyRequest, name: string, key: string, refusal: AmityErrorName): void {
  const given = header(request, name);
  if (given === undefined) throw because(refusal, `There is no ${name}.`);
  if (!isSame(given, key)) throw because(refusal, `The ${name} is not this network's.`);
}

function withoutToken(request: FastifyRequest): string {
  if (header(request, "x-admin-token") !== undefined) return "The x-admin-token is not, or no longer, this network's.";
  return request.headers.authorization === undefined ? "There is no token." : "Authorization holds no Bearer token.";
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** The token in Authorization, if there is one. */
export function bearer(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
}
