import { type Reason, reasons } from "../errors/reasons.js";
import type { ForwardProxy } from "../system/forward-proxy.js";
import { type Check, row } from "./check.js";
import type { ProbeFailure } from "./probe.js";

/** Where a probe went, and with what. */
export interface Destination {
  readonly scope: string;
  readonly url: URL;
  /** The variable of the client certificate that was shown; undefined: none. */
  readonly shown: string | undefined;
  /** Undefined: it is reached straight. */
  readonly proxy?: ForwardProxy | undefined;
}

/** What is wrong with a server's certificate. */
const certificateReasons: ReadonlySet<Reason> = new Set<Reason>([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "unusable certificate",
]);

/** Why the gateway cannot connect: one row that names the cause. */
export function failureCheck(destination: Destination, failure: ProbeFailure): Check {
  const { scope, url } = destination;
  const { reason, phase } = failure;
  const { means, todo } = reasons[reason];
  if (reason === "ERR_TLS_CERT_ALTNAME_INVALID") return wrongHost(destination, failure);
  if (certificateReasons.has(reason)) return row(scope, "server certificate").fail(`${means} (${reason})`, todo);
  if (phase === "connect") {
    const advice = `${todo}; check the firewall (port ${portOf(url)}) and AMITY_${scope}_BASE_URL if it is set`;
    return row(scope, "connection").fail(`${url.host}: ${means} (${reason})`, advice);
  }
  return handshakeCheck(destination, failure);
}

function wrongHost({ scope, url }: Destination, { names = "" }: ProbeFailure): Check {
  // The names are the server's own text, so only what can be a name or an address is shown.
  const others = names
    .split(", ")
    .map((name) => name.replace(/^(?:DNS|IP Address):/, ""))
    .filter((name) => /^[\w.*:-]{1,80}$/.test(name));
  const actual = others.length > 0 ? `is for ${others.slice(0, 3).join(", ")}` : "is for another host";
  return row(scope, "server certificate").fail(
    `${actual}, not for ${url.hostname}`,
    `check AMITY_${scope}_BASE_URL if it is set; ${reasons.ERR_TLS_CERT_ALTNAME_INVALID.todo}`,
  );
}

/** The connection stood and TLS did not, which is the client certificate's fault when the server says so. */
function handshakeCheck(destination: Destination, failure: ProbeFailure): Check {
  const { scope, url } = destination;
  const { reason, alert } = failure;
  if (reason === "client certificate refused") return clientCertificateCheck(destination, failure);
  const port = `check that AMITY_${scope}_BASE_URL, if it is set, names a port that speaks TLS 1.2 or 1.3`;
  return row(scope, "connection").fail(
    `the TLS handshake with ${url.host} failed (${alert ?? reason})`,
    `${port}, and whether the server demands a client certificate (AMITY_MTLS_CERT_FILE)`,
  );
}

/** The server wants a client certificate, and not the one that it got, if any. */
export function clientCertificateCheck({ scope, shown }: Destination, { alert, reason: cause }: ProbeFailure): Check {
  const reason = alert ?? cause;
  const check = row(scope, "client certificate");
  if (shown === undefined) {
    return check.fail(
      `the server demands one and none is configured (${reason})`,
      "set AMITY_MTLS_CERT_FILE and AMITY_MTLS_KEY_FILE; amity-graphql csr makes the request for Amity's console",
    );
  }
  return check.fail(
    `the server broke off when it was shown ${shown} (${reason})`,
    `check that ${shown} is the certificate that Amity issued for this network and that it is enabled in the console`,
  );
}

function portOf({ protocol, port }: URL): string {
  return port || (protocol === "https:" ? "443" : "80");
}
