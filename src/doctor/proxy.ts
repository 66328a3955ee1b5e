import { reasons } from "../errors/reasons.js";
import type { ForwardProxy, ProxyError } from "../system/forward-proxy.js";
import { type Check, row } from "./check.js";

/** A proxy that connects us. */
export function proxyCheck(scope: string, { name }: ForwardProxy): Check {
  return row(scope, "proxy").ok(`connects by ${name}`);
}

/** The proxy's failure, which says nothing of the host behind it. */
export function proxyFailure(scope: string, { reason, message }: ProxyError): Check {
  return row(scope, "proxy").fail(`${message}; ${reason}`, reasons[reason].todo);
}
