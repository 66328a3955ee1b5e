import type { Issuer } from "../support/issuer.js";
import { audience, claimsOf, makeKey, type SigningKey, signToken } from "../support/tokens.js";

/** The users of an identity provider, each with a JWT that is made once for each key. */
export class FleetCallers {
  readonly audience = audience;
  readonly #tokens = new Map<string, Promise<string>>();
  #keys = 0;

  private constructor(
    private readonly issuer: Issuer,
    private key: SigningKey,
  ) {
    issuer.publish(key);
  }

  static async of(issuer: Issuer): Promise<FleetCallers> {
    return new FleetCallers(issuer, await makeKey("EdDSA", "key-0"));
  }

  async authorizationOf(userId: string): Promise<string> {
    const known = this.#tokens.get(userId) ?? this.#sign(userId);
    this.#tokens.set(userId, known);
    return `Bearer ${await known}`;
  }

  /** Publishes the next key beside the present one, and signs with it once `areKnown` has come true. */
  async rotate(areKnown: () => Promise<void>): Promise<void> {
    const next = await makeKey("EdDSA", `key-${++this.#keys}`);
    this.issuer.publish(this.key, next);
    await areKnown();
    this.key = next;
    this.#tokens.clear();
  }

  #sign(userId: string): Promise<string> {
    const claims = claimsOf(this.issuer.url, Date.now(), { sub: userId, exp: Math.floor(Date.now() / 1_000) + 3_600 });
    return signToken(this.key, claims);
  }
}
