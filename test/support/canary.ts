import type { Logger } from "../../src/telemetry/logger.js";

/** Short values are words that turn up anywhere. */
const leastLength = 12;

/**
 * Watches for secrets where they must never appear. The helpers that start gateways use one, so every test of the
 * suite is a canary: its keys and credentials are searched for in every answer, log line and output.
 */
export class Canary {
  readonly #secrets = new Set<string>();

  /** Every value in the environment whose name says that it is a secret. */
  watchEnv(env: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(env)) {
      if (/(?:_KEY|_SECRET|_TOKEN)(?:_SECONDARY)?$/.test(name) && value) this.watch(value);
    }
  }

  /** The credential in an Authorization header. */
  watchHeaders(headers: Readonly<Record<string, string>>): void {
    const credential = headers["authorization"]?.split(" ").at(-1);
    if (credential) this.watch(credential);
  }

  watch(secret: string): void {
    if (secret.length >= leastLength) this.#secrets.add(secret);
  }

  /** Throws when the text holds a secret; `where` names the text, for the failure must not repeat the secret. */
  search(where: string, text: string): void {
    for (const secret of this.#secrets) {
      if (text.includes(secret)) throw new Error(`a secret leaked into ${where}`);
    }
  }
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(JSON.stringify({ level, message, ...fields }));
  };
  const logger: Logger = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    fatal: write("fatal"),
    audit: (fields, message = "audit") => write("info")({ audit: true, ...fields }, message),
    isLevelEnabled: () => true,
  };
  return { logger, lines };
}
