import { expiryOf } from "../amity/expiry.js";
import { type Check, counted, dateText, row } from "./check.js";
import { clientCertificateCheck, type Destination, failureCheck } from "./failures.js";
import type { Probe, TlsFacts } from "./probe.js";
import { proxyCheck, proxyFailure } from "./proxy.js";

/** A token lives ten minutes from a time that our clock gave. Milliseconds. */
const maxSkewMs = 30_000;

/** What a probe means: connection, server certificate, client certificate and clock. `now`: since the epoch. */
export function connectionChecks(destination: Destination, probe: Probe, now: number): Check[] {
  const { failure, tls } = probe;
  const isCut = failure?.phase === "answer";
  const { scope, url, proxy } = destination;
  if (failure?.proxyError) return [proxyFailure(scope, failure.proxyError)];
  const ofProxy = proxy ? [proxyCheck(scope, proxy)] : [];
  if (failure && !isCut) return [...ofProxy, failureCheck(destination, failure)];
  const how = tls ? tls.protocol : "plain HTTP on this machine";
  return [
    ...ofProxy,
    row(scope, "connection").ok(`${url.host}, ${how}`),
    ...(tls ? [serverCertificateCheck(destination, tls, now), ...requestedCertificate(destination, probe, tls)] : []),
    clockCheck(scope, probe),
  ];
}

function serverCertificateCheck({ scope, url }: Destination, { notAfter }: TlsFacts, now: number): Check {
  const check = row(scope, "server certificate");
  const { days, urgency } = expiryOf(notAfter, now);
  const detail = `valid for ${url.hostname} until ${dateText(notAfter)}, ${counted(days, "day")}`;
  if (urgency === "none") return check.ok(detail);
  return check.warn(detail, "whoever runs the server has to renew it; Amity does so for its own hosts");
}

/** Servers may ask for a certificate and go on without one, so only a broken connection is a failure. */
function requestedCertificate(destination: Destination, { failure }: Probe, { asksForCertificate }: TlsFacts): Check[] {
  const { scope, shown } = destination;
  const check = row(scope, "client certificate");
  if (!asksForCertificate) return shown ? [check.ok(`the server does not ask for ${shown}`)] : [];
  if (failure && failure.reason !== "timeout") return [clientCertificateCheck(destination, failure)];
  if (shown) return [check.ok(`the server asks for one and took the connection with ${shown}`)];
  return [
    check.warn(
      "the server asks for one and none is configured",
      "if mutual TLS is on for the network, set AMITY_MTLS_CERT_FILE and AMITY_MTLS_KEY_FILE (see amity-graphql csr)",
    ),
  ];
}

function clockCheck(scope: string, { failure, skewMs }: Probe): Check {
  const check = row(scope, "clock");
  if (skewMs === undefined) {
    const why = failure ? `no answer (${failure.alert ?? failure.reason})` : "an answer without its date";
    return check.warn(`not compared: the server gave ${why}`, "check that this machine's time is synchronised");
  }
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (Math.abs(skewMs) <= maxSkewMs) return check.ok(`within ${counted(maxSkewMs / 1_000, "second")} of the server's`);
  return check.warn(
    `${counted(seconds, "second")} ${skewMs > 0 ? "behind" : "ahead of"} the server's`,
    "synchronise this machine's time (NTP): an auth token lives ten minutes, counted from this clock",
  );
}
