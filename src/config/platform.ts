import { variables } from "./fields.js";
import { misspellings } from "./misspellings.js";
import type { Env } from "./reader.js";

/**
 * What Kubernetes and Docker's links tell a container of each service, in variables that begin with the service's name:
 * a service `admin` makes ADMIN_PORT=tcp://10.0.0.1:80, and a service `amity-x` makes AMITY_X_SERVICE_HOST.
 */
function isOfPlatform(name: string, value: string): boolean {
  if (/_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name)) return true;
  return name.endsWith("_PORT") && /^(?:tcp|udp|sctp):\/\/\S+$/.test(value);
}

export interface OwnSettings {
  readonly settings: Env;
  /** Those of the platform that would have been taken for settings. */
  readonly ignored: readonly string[];
  readonly warnings: readonly string[];
}

/** An environment without a platform's variables. */
export function withoutPlatform(env: Env): OwnSettings {
  const isForeign = ([name, value]: [string, string | undefined]) => isOfPlatform(name, value ?? "");
  const foreign = Object.fromEntries(Object.entries(env).filter(isForeign));
  const settings = Object.fromEntries(Object.entries(env).filter((entry) => !isForeign(entry)));
  const ignored = Object.keys(foreign).filter((name) => variables.has(name) || misspellings({ [name]: "" }).length > 0);
  if (ignored.length === 0) return { settings, ignored, warnings: [] };
  const warning = `${ignored.join(", ")}: not read, for the platform sets such variables for its services (Kubernetes: enableServiceLinks: false keeps them out)`;
  return { settings, ignored, warnings: [warning] };
}
