import type { CredentialReason } from "../errors/reasons.js";

/** A credential was sent and is not valid. It holds nothing of the credential but a claim's name. */
export class InvalidCredential extends Error {
  override readonly name = "InvalidCredential";

  /** `claim`: of a token, the one that the reason is about. The operator's settings and the standards name it. */
  constructor(
    readonly reason: CredentialReason,
    readonly claim?: string,
  ) {
    super(reason);
  }
}
