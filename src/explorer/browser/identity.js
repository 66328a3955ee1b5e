// Who somebody is to the gateway: the credential that goes along with operations, and what can be read in it.

const key = "amity-graphql:credential";

/** Typed into a tab's headers: in memory alone, as everything in that editor. */
let typed;
let kept = readKept();

const listeners = [];

/** Calls `listener` now and whenever the credential changes. */
export function onIdentity(listener) {
  listeners.push(listener);
  listener();
}

/** The value for the Authorization header, such as `Bearer ey…`; undefined: nobody. */
export function authorization() {
  return typed ?? kept;
}

/** Takes a token or service key, with its scheme or without, for this browser tab; "" forgets it. */
export function keepCredential(text, callers) {
  typed = undefined;
  kept = withScheme(text.trim(), callers);
  try {
    if (kept === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, kept);
  } catch {
    // Then it lasts until the page is left.
  }
  tell();
}

/** Notes what a tab's headers name. */
export function noteTyped(value) {
  if (typed === value) return;
  typed = value;
  tell();
}

/**
 * What is known of the credential without the gateway: `kind` is "nobody", "user", "expired" or "sealed"; with `user`
 * by the claim that names it, and `expires`, a Date, where the token tells.
 */
export function identityOf(credential, userClaim, now) {
  if (credential === undefined) return { kind: "nobody" };
  const claims = claimsOf(credential);
  if (claims === undefined) return { kind: "sealed" };
  const user = claims[userClaim ?? "sub"];
  const expires = Number.isFinite(claims.exp) ? new Date(claims.exp * 1_000) : undefined;
  const facts = { user: typeof user === "string" ? user : undefined, expires };
  return { kind: expires !== undefined && expires <= now ? "expired" : "user", ...facts };
}

function tell() {
  for (const listener of listeners) listener();
}

function readKept() {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function withScheme(text, callers) {
  if (text === "") return undefined;
  if (/^\w+\s+\S/.test(text)) return text.replace(/\s+/, " ");
  const isServiceKey = callers.serviceKeys && claimsOf(`Bearer ${text}`) === undefined;
  return `${isServiceKey ? "ApiKey" : "Bearer"} ${text}`;
}

/** A JWT's payload, unverified: the gateway verifies it. Undefined for anything else. */
function claimsOf(credential) {
  const payload = /^Bearer\s+[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(credential)?.[1];
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}
