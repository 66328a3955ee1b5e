import { createHmac } from "node:crypto";

/** Who asks: anybody, whose id is in the request alone, or callers with a JWT of their own. */

export const issuer = "https://issuer.example";
export const audience = "gateway";
export const jwtSecret = "a secret of the benchmark, shared with nobody else";

const lifeSeconds = 6 * 3_600;

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = encoded({ alg: "HS256" });

/** A user who proves who he or she is. By hand: a library takes minutes for 100,000 on a busy machine. */
function createCaller(index) {
  const id = `caller-${index}`;
  const iat = Math.floor(Date.now() / 1_000);
  const claims = { sub: id, iss: issuer, aud: audience, scope: "openid profile email", iat, exp: iat + lifeSeconds };
  const signed = `${header}.${encoded(claims)}`;
  const signature = createHmac("sha256", jwtSecret).update(signed).digest("base64url");
  return { id, authorization: `Bearer ${signed}.${signature}` };
}

/** So many callers with a JWT each. */
export function createCallers(count) {
  return Array.from({ length: count }, (_, index) => createCaller(index));
}

/** Gives another of these users at each call, again and again. */
export function inTurn(users) {
  let next = 0;
  return () => users[next++ % users.length];
}

/** Gives a user at each call who never came before. */
export function everNew() {
  let next = 0;
  return () => ({ id: `user-${next++}` });
}
