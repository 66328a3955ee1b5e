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

type Text = readonly [detail: string, advice: string];

const interceptionHint =
  "if it should be Amity's, something between this machine and Amity (such as a proxy) opens the traffic";

const unknownAuthority: Text = [
  "is signed by a CA that is not known here",
  `set AMITY_MTLS_CA_FILE to the certificate of that CA; ${interceptionHint}`,
];

/** OpenSSL's verdicts on a server's certificate, by Node's codes. */
const certificateFaults: Readonly<Record<string, Text>> = {
  CERT_HAS_EXPIRED: [
    "has expired, or one of its chain has",
    "check this machine's clock; otherwise whoever runs the server has to renew it",
  ],
  CERT_NOT_YET_VALID: [
    "is not valid yet",
    "check this machine's clock; otherwise whoever runs the server has to replace it",
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    "is self-signed",
    `if the server is yours, set AMITY_MTLS_CA_FILE to this certificate; ${interceptionHint}`,
  ],
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

const connectionFaults: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses the connection",
  ETIMEDOUT: "takes no connection in time",
  timeout: "takes no connection in time",
  ECONNRESET: "broke the connection off",
  ENETUNREACH: "cannot be reached from this network",
  EHOSTUNREACH: "cannot be reached from this network",
};

/** Why the gateway cannot connect: one row that names the cause. */
export function failureCheck(destination: Destination, failure: ProbeFailure): Check {
  const { scope, url } = destination;
  if (failure.code === "ERR_TLS_CERT_ALTNAME_INVALID") return wrongHost(destination, failure);
  const certificateFault = certificateFaults[failure.code];
  if (certificateFault) return row(scope, "server certificate").fail(...certificateFault);
  if (failure.phase === "connecting") {
    const what = connectionFaults[failure.code] ?? "cannot be reached";
    const advice = `check the network, the firewall (port ${portOf(url)}) and AMITY_${scope}_BASE_URL if it is set`;
    return row(scope, "connection").fail(`${url.host} ${what} (${failure.code})`, advice);
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
    `check AMITY_${scope}_BASE_URL if it is set; ${interceptionHint}`,
  );
}

/** The connection stood and TLS did not, which is the client certificate's fault when the server says so. */
function handshakeCheck(destination: Destination, failure: ProbeFailure): Check {
  const { scope, url } = destination;
  const { code, alert } = failure;
  if (/certificate|unknown ca/.test(alert ?? "")) return clientCertificateCheck(destination, failure);
  const port = `check that AMITY_${scope}_BASE_URL, if it is set, names a port that speaks TLS 1.2 or 1.3`;
  return row(scope, "connection").fail(
    `the TLS handshake with ${url.host} failed (${alert ?? code})`,
    `${port}, and whether the server demands a client certificate (AMITY_MTLS_CERT_FILE)`,
  );
}

/** The server wants a client certificate, and not the one that it got, if any. */
export function clientCertificateCheck({ scope, shown }: Destination, { alert, code }: ProbeFailure): Check {
  const reason = alert ?? code;
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
