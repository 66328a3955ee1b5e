import type { FastifyRequest } from "fastify";
import type { FaultOf } from "./fault.js";

/** What goes over the wire in the place of Amity's own answer. */
export interface ReplacedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How far ahead the date in Retry-After lies. */
const retryDateMs = 2_000;

/** A page, as a proxy or a parked host sends it. */
export const htmlPage: ReplacedAnswer = {
  status: 200,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: "<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>",
};

/** A session's fields, each of another type than Amity's; a token it is not at all, that being a string. */
export const wrongTypes = json(200, {
  accessToken: 42,
  refreshToken: [],
  issuedAt: true,
  expiresAt: {},
  users: "none",
  files: 7,
  roles: false,
});

/** Amity's answer to too many requests, with any Retry-After. */
export function rateLimited({ retryAfter }: FaultOf<"rateLimit">, now: number): ReplacedAnswer {
  const { headers, ...answer } = json(429, { status: "error", code: 400_311, message: "RateLimit Exceed." });
  if (retryAfter === "none") return { ...answer, headers };
  const value = retryAfter === "date" ? new Date(now + retryDateMs).toUTCString() : String(retryAfter);
  return { ...answer, headers: { ...headers, "retry-after": value } };
}

/** Any status, with Amity's kind of body or with none. */
export function plainStatus(fault: FaultOf<"status">): ReplacedAnswer {
  if (!fault.json) return { status: fault.status, headers: {}, body: "" };
  return json(fault.status, { status: "error", code: fault.code, message: "Unexpected error" });
}

/** To wherever the fault says. */
export function redirected({ status, location }: FaultOf<"redirect">): ReplacedAnswer {
  return { status, headers: { location }, body: "" };
}

/** Says back everything that the client said, URL, headers and body, both in headers and in the body. */
export function echoed({ status }: FaultOf<"echoSecrets">, request: FastifyRequest): ReplacedAnswer {
  const { url, headers, body } = request;
  const said = JSON.stringify({ url, headers, body });
  const detail = [JSON.stringify(body ?? null), ...Object.values(headers).map(String)];
  const answer = json(status, { status: "error", code: 500_000, message: `Cannot handle ${said}`, data: { detail } });
  const echoes = Object.entries(headers).map(([name, value]) => [`x-echo-${name}`, String(value)]);
  // Percent-encoding leaves keys and tokens as they are, and makes a header of what would be none.
  const inHeaders = { ...Object.fromEntries(echoes), "x-echo-request": encodeURI(JSON.stringify({ url, body })) };
  return { ...answer, headers: { ...inHeaders, ...answer.headers } };
}

function json(status: number, body: object): ReplacedAnswer {
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(body) };
}
