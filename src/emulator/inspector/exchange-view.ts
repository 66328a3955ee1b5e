import { decoded, type Mask } from "./masking.js";
import { type Exchange, type KeptBody, maxBodyBytes } from "./request-log.js";

/** So much of a request's target is shown. Characters. */
const maxTarget = 1_000;

/** An exchange in a list. */
export interface ExchangeSummary {
  readonly id: number;
  /** ISO 8601, by the emulator's clock. */
  readonly at: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Whom it is about, as far as it says. */
  readonly userId: string | null;
  /** `under way`, `answered`, or `broken`: the connection ended before the whole answer was sent. */
  readonly state: "under way" | "answered" | "broken";
  /** HTTP status of the answer; null when there was none. */
  readonly status: number | null;
  /** How long it took, in milliseconds. */
  readonly ms: number | null;
  readonly refusal: string | null;
  readonly faults: readonly string[];
}

/** What a row shows of an exchange, masked. */
export function summaryOf(exchange: Exchange, mask: Mask): ExchangeSummary {
  const { id, at, method, target, refusal, ms, faults, answer } = exchange;
  const userId = userIdOf(exchange);
  return {
    id,
    at: new Date(at).toISOString(),
    method,
    target: mask.target(target).slice(0, maxTarget),
    userId: userId === undefined ? null : mask.text(userId),
    state: ms === undefined ? "under way" : exchange.isWhole ? "answered" : "broken",
    status: ms === undefined ? null : (answer?.status ?? null),
    ms: ms === undefined ? null : Math.round(ms),
    refusal: refusal === undefined ? null : mask.text(refusal),
    faults,
  };
}

/** Everything that is kept of an exchange, masked. */
export function detailsOf(exchange: Exchange, mask: Mask): object {
  const { headers, body, answer, faults } = exchange;
  // It repeats the request, secrets and all, in more than one encoding.
  const isEcho = faults.includes("echoSecrets");
  return {
    ...summaryOf(exchange, mask),
    request: { headers: mask.headers(headers), ...shownBody(body, mask) },
    answer: answer && {
      headers: isEcho ? {} : mask.headers(answer.headers),
      ...(isEcho
        ? { bytes: answer.body.bytes, note: "It repeats the request, and is not shown." }
        : shownBody(answer.body, mask)),
    },
  };
}

function shownBody(kept: KeptBody | undefined, mask: Mask): object {
  if (!kept || kept.bytes === 0) return { bytes: 0 };
  const { bytes } = kept;
  if ("json" in kept) return { bytes, body: mask.json(kept.json) };
  if (kept.text === undefined)
    return { bytes, note: `It is ${bytes > maxBodyBytes ? "too long" : "no JSON"}, and is not shown.` };
  const json = parsed(kept.text);
  if (json === undefined) return { bytes, body: mask.text(kept.text) };
  // The token routes answer with a token and nothing around it.
  return { bytes, body: mask.json(typeof json === "string" ? { token: json } : json) };
}

/** What the request names, or else whose token it came with, or whom the answer is about. */
function userIdOf({ target, body, tokenUserId, answer }: Exchange): string | undefined {
  const query = new URLSearchParams(target.split("?")[1]);
  const named = textIn(body?.json, "userId") ?? query.get("userId") ?? userIdInPath(target) ?? tokenUserId;
  if (named !== undefined || answer?.body.text === undefined) return named;
  const { users } = Object.assign({ users: undefined }, parsed(answer.body.text));
  return Array.isArray(users) ? textIn(users[0], "userId") : undefined;
}

function userIdInPath(target: string): string | undefined {
  const [, name] = /^\/api\/v\d\/(?:sessions\/)?users\/([^/?]+)$/.exec(target.split("?")[0] ?? "") ?? [];
  return name === undefined || /^(?:list|ban|unban)$/.test(name) ? undefined : decoded(name);
}

function textIn(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const held: unknown = Reflect.get(value, name);
  return typeof held === "string" ? held : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
