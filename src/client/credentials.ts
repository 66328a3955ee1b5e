import { AmityAuthError } from "./errors.js";
import { within } from "./waiting.js";

export type GetCredentials = () => string | undefined | Promise<string | undefined>;

/** The app's own function: whatever it does becomes a header that can be sent, or UNAUTHENTICATED. */
export async function readCredentials(
  getCredentials: GetCredentials | undefined,
  timeoutMs: number,
  signals: readonly AbortSignal[],
): Promise<string | undefined> {
  // It fails for want of a network, most likely.
  const failed = (cause?: unknown) =>
    new AmityAuthError("UNAUTHENTICATED", "UNAUTHENTICATED: getCredentials failed", { retryable: true, cause });
  const asked = Promise.resolve()
    .then(getCredentials)
    .catch((error) => Promise.reject(failed(error)));
  const given: unknown = await within({ signals, timeout: { ms: timeoutMs, error: failed } }, asked);
  if (given === undefined || (typeof given === "string" && /^[ -~]+$/.test(given))) return given;
  throw new AmityAuthError("UNAUTHENTICATED", "UNAUTHENTICATED: getCredentials gave no text that a header can hold");
}
