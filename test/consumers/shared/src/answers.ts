// What every consumer expects of the three operations. The parameters' types are a test too: a result typed otherwise,
// or not at all, does not compile against them.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { userId } from "./app.js";

const minute = 60_000;
const millisecondsFrom = (from: string, to: string) => Date.parse(to) - Date.parse(from);

interface Times {
  readonly issuedAt: string;
  readonly refreshAfter: string;
  readonly expiresAt: string;
}

export function checkRegions(
  regions: readonly { readonly code: "EU" | "SG" | "US"; readonly isConfigured: boolean }[],
): void {
  deepEqual(
    regions.map(({ code, isConfigured }) => [code, isConfigured]),
    [
      ["EU", true],
      ["SG", true],
      ["US", true],
    ],
  );
}

export function checkAuthToken(answer: Times & { readonly token: string; readonly userId: string }): void {
  match(answer.token, /^\S{16,}$/);
  equal(answer.userId, userId);
  equal(millisecondsFrom(answer.issuedAt, answer.expiresAt), 10 * minute);
  equal(millisecondsFrom(answer.issuedAt, answer.refreshAfter), 8 * minute);
}

export function checkSession(
  session: Times & { readonly accessToken: string; readonly user: { readonly userId: string } },
): void {
  match(session.accessToken, /^\S{16,}$/);
  equal(session.user.userId, userId);
  ok(millisecondsFrom(session.issuedAt, session.expiresAt) > minute);
}

/** `ask`: asks for the token of a user who is not the caller. `codeOf`: finds the code in what that rejects with. */
export async function checkRefusal(ask: () => Promise<unknown>, codeOf: (error: unknown) => unknown): Promise<void> {
  const refusal = await ask().then(
    (answer) => Promise.reject(new Error(`answered: ${JSON.stringify(answer)}`)),
    (error: unknown) => error,
  );
  equal(codeOf(refusal), "FORBIDDEN");
}

/** Nothing that the app keeps may hold a token. */
export function checkKeepsNone(kept: unknown, secrets: readonly string[]): void {
  const text = JSON.stringify(kept);
  for (const secret of secrets) ok(!text.includes(secret), "a token was kept");
}
