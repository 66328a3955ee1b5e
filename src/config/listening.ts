import { isIP } from "node:net";
import { withoutPlatform } from "./platform.js";
import { type Env, Reader } from "./reader.js";

/** Where the gateway listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Metrics and health on a port of their own; undefined: on the main port. */
  readonly adminPort: number | undefined;
}

export function readListening(reader: Reader): Listening {
  const [host, port, adminPort] = [readHost(reader), reader.integer("PORT"), reader.integer("ADMIN_PORT")];
  if (port !== 0 && port === adminPort) reader.problem("ADMIN_PORT must be another port than PORT");
  return { host, port, adminPort };
}

function readHost(reader: Reader): string {
  const host = reader.text("HOST");
  if (isIP(host) === 0 && !/^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.(?!$)|$))+$/i.test(host)) reader.refuse("HOST");
  return host;
}

/**
 * The same for somebody who needs no more, such as another process of this machine: no other setting is judged, and no
 * file is read. `problems` are as loadConfig's.
 */
export function listeningOf(env: Env): { readonly listening: Listening; readonly problems: readonly string[] } {
  const { HOST, PORT, ADMIN_PORT } = withoutPlatform(env).settings;
  const reader = new Reader({ HOST, PORT, ADMIN_PORT }, () => "");
  return { listening: readListening(reader), problems: reader.problems };
}
