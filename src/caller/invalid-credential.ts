/** A credential was sent and is not valid. The reason is for the log: fixed words, nothing of the credential. */
export class InvalidCredential extends Error {
  override readonly name = "InvalidCredential";

  constructor(readonly reason: string) {
    super(reason);
  }
}
