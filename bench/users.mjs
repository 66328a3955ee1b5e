import { SignJWT } from "jose";

/** Who asks: anybody, whose id is in the request alone, or callers with a JWT of their own. */

export const issuer = "https://issuer.example";
export const audience = "gateway";
export const jwtSecret = "a secret of the benchmark, shared with nobody else";

const key = new TextEncoder().encode(jwtSecret);

/** A user who proves who he or she is. */
async function createCaller(index) {
  const id = `caller-${index}`;
  const jwt = new SignJWT({ sub: id, iss: issuer, aud: audience, scope: "openid profile email" });
  const token = await jwt.setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime("6h").sign(key);
  return { id, authorization: `Bearer ${token}` };
}

/** So many callers with a JWT each. */
export function createCallers(count) {
  return Promise.all(Array.from({ length: count }, (_, index) => createCaller(index)));
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
