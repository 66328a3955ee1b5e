import type { Issuer } from "../support/issuer.js";
import { audience, bearer, type Claims, claimsOf, makeKey, type SigningKey, signToken } from "../support/tokens.js";

/** So many users sign in, some with names that become one when they are not compared exactly. */
const userNumber = 60;
export const users = Array.from({ length: userNumber }, (_, i) => `${["user", "User", "üser"][i % 3]}-${i}`);

/** The users of the identity provider, and the keys that it signs with. */
export class Callers {
  readonly audience = audience;
  #made = 0;
  #key: SigningKey;

  private constructor(
    private readonly issuer: Issuer,
    first: SigningKey,
  ) {
    this.#key = first;
    issuer.publish(first);
  }

  static async of(issuer: Issuer): Promise<Callers> {
    return new Callers(issuer, await makeKey("EdDSA", "caller-key"));
  }

  /** The key that signs now. */
  get key(): SigningKey {
    return this.#key;
  }

  /** A user's header, good for an hour. */
  async headerOf(userId: string, more: Claims = {}): Promise<{ readonly authorization: string }> {
    const now = Math.floor(Date.now() / 1_000);
    const claims = claimsOf(this.issuer.url, Date.now(), { sub: userId, nbf: now - 300, exp: now + 3_600, ...more });
    return bearer(await signToken(this.#key, claims));
  }

  /** From now on another key signs, which may not be published yet. */
  async rotate({ publish }: { readonly publish: boolean }): Promise<void> {
    const former = this.#key;
    const next = await makeKey("EdDSA", `caller-key-${++this.#made}`);
    if (publish) this.issuer.publish(former, next);
    this.#key = next;
  }

  /** The key that signs is published, alone. */
  publish(): void {
    this.issuer.publish(this.#key);
  }
}
