import { describe, expect, test } from "@jest/globals";
import { register } from "prom-client";
import { Metrics } from "../../../src/telemetry/metrics.js";

/** The lines of our own metrics, but for the bounds of histograms. */
async function linesOf(metrics: Metrics): Promise<string[]> {
  const { body } = await metrics.text();
  return body.split("\n").filter((line) => /^(?:http|amity)_/.test(line) && !line.includes("_bucket{"));
}

const cases: [string, (metrics: Metrics) => void, string[]][] = [
  [
    "a request in seconds",
    (metrics) => metrics.request("/graphql", 200, 0.25),
    [
      'http_request_duration_seconds_sum{path="/graphql",status="200"} 0.25',
      'http_request_duration_seconds_count{path="/graphql",status="200"} 1',
    ],
  ],
  [
    "a token asked for",
    (metrics) => metrics.issued("authToken", "USER_BANNED"),
    ['amity_issued_total{operation="authToken",outcome="USER_BANNED"} 1'],
  ],
  ["a token handed out again", (metrics) => metrics.reused(), ["amity_tokens_reused_total 1"]],
  [
    "a call to Amity in seconds",
    (metrics) => metrics.upstreamCall("EU", "mintAuthToken", "OK", 1.5),
    [
      'amity_upstream_duration_seconds_sum{region="EU",operation="mintAuthToken",outcome="OK"} 1.5',
      'amity_upstream_duration_seconds_count{region="EU",operation="mintAuthToken",outcome="OK"} 1',
    ],
  ],
  ["a repeated call", (metrics) => metrics.upstreamRetry("US"), ['amity_upstream_retries_total{region="US"} 1']],
  ["a region that works", (metrics) => metrics.regionHealth("EU", "available"), ['amity_region_health{region="EU"} 2']],
  [
    "a region that is tried again",
    (metrics) => metrics.regionHealth("EU", "degraded"),
    ['amity_region_health{region="EU"} 1'],
  ],
  [
    "a region that fails",
    (metrics) => metrics.regionHealth("EU", "unavailable"),
    ['amity_region_health{region="EU"} 0'],
  ],
  [
    "a use of the other key",
    (metrics) => metrics.keyFallback("SG"),
    ['amity_server_key_fallback_total{region="SG"} 1'],
  ],
  [
    "a field of no use",
    (metrics) => metrics.unusableField("files.createdAt"),
    ['amity_unusable_fields_total{field="files.createdAt"} 1'],
  ],
  [
    "the end of a certificate",
    (metrics) => metrics.certificateExpiry("AMITY_MTLS_CERT_FILE", 1_800_000_000),
    ['amity_client_cert_expiry_timestamp_seconds{name="AMITY_MTLS_CERT_FILE"} 1800000000'],
  ],
  [
    "a file that was kept out",
    (metrics) => metrics.reload("AUTH_API_KEYS_FILE", "refused"),
    ['amity_reload_total{name="AUTH_API_KEYS_FILE",outcome="refused"} 1'],
  ],
];

describe("metrics", () => {
  test.each(cases)("tell %s", async (_what, happen, lines) => {
    const metrics = new Metrics();
    const silence = await linesOf(metrics);
    happen(metrics);
    expect((await linesOf(metrics)).filter((line) => !silence.includes(line))).toEqual(lines);
  });

  test("of two gateways in one process are apart", async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.reused();
    expect(await linesOf(one)).toContain("amity_tokens_reused_total 1");
    expect(await linesOf(other)).toContain("amity_tokens_reused_total 0");
    expect(await register.getMetricsAsArray()).toEqual([]);
  });

  test("come in Prometheus' own media type, with those of the process", async () => {
    const { contentType, body } = await new Metrics().text();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain("process_cpu_seconds_total");
  });
});
