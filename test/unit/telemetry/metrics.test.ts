import { describe, expect, test } from "@jest/globals";
import { register } from "prom-client";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";

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
    "what became of root fields",
    (metrics) =>
      metrics.outcome(
        recordOf((record) =>
          record.ask(
            new Map([
              ["a", "authToken"],
              ["b", "regions"],
            ]),
          ),
        ),
      ),
    [
      'amity_root_fields_total{field="authToken",outcome="OK"} 1',
      'amity_root_fields_total{field="regions",outcome="OK"} 1',
    ],
  ],
  [
    "what failed before its root fields were known",
    (metrics) => metrics.outcome(recordOf((record) => record.fail({ code: "PAYLOAD_TOO_LARGE" }))),
    ['amity_root_fields_total{field="none",outcome="PAYLOAD_TOO_LARGE"} 1'],
  ],
  [
    "a document beyond a limit",
    (metrics) =>
      metrics.outcome(recordOf((record) => record.refuseDocument({ code: "QUERY_TOO_COMPLEX", limit: "depth" }))),
    ['amity_documents_refused_total{reason="depth"} 1'],
  ],
  [
    "a document that is refused otherwise",
    (metrics) => metrics.outcome(recordOf((record) => record.refuseDocument({ code: "GRAPHQL_PARSE_FAILED" }))),
    ['amity_documents_refused_total{reason="GRAPHQL_PARSE_FAILED"} 1'],
  ],
  [
    "a request beyond a rate",
    (metrics) => metrics.outcome(recordOf((record) => record.fail({ code: "RATE_LIMITED", limit: "user" }))),
    ['amity_root_fields_total{field="none",outcome="RATE_LIMITED"} 1', 'amity_rate_limited_total{limit="user"} 1'],
  ],
  [
    "a request that was shed",
    (metrics) => metrics.outcome(recordOf((record) => record.fail({ code: "OVERLOADED", limit: "heap" }))),
    ['amity_root_fields_total{field="none",outcome="OVERLOADED"} 1', 'amity_shed_total{limit="heap"} 1'],
  ],
  ["a request under way", (metrics) => metrics.requestBegins(), ["http_requests_in_flight 1"]],
  [
    "a refused credential",
    (metrics) => metrics.credentialRefused("expired key"),
    ['amity_credentials_refused_total{reason="expired key"} 1'],
  ],
  [
    "the age of keys that verify callers",
    (metrics) => metrics.announceCallerKeys("published", () => 12.5),
    ['amity_caller_keys_age_seconds{source="published"} 12.5'],
  ],
  [
    "that keys that verify callers were never there",
    (metrics) => metrics.announceCallerKeys("published", () => Number.POSITIVE_INFINITY),
    ['amity_caller_keys_age_seconds{source="published"} +Inf'],
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
    [
      'amity_reload_total{name="AUTH_API_KEYS_FILE",outcome="refused"} 1',
      'amity_files_kept_out{name="AUTH_API_KEYS_FILE"} 1',
    ],
  ],
  [
    "that files are kept out no longer",
    (metrics) => {
      metrics.reload("AUTH_API_KEYS_FILE", "refused");
      metrics.reload("AUTH_API_KEYS_FILE", "as before");
    },
    [
      'amity_reload_total{name="AUTH_API_KEYS_FILE",outcome="refused"} 1',
      'amity_files_kept_out{name="AUTH_API_KEYS_FILE"} 0',
    ],
  ],
  [
    "that callers' keys could not be fetched",
    (metrics) => metrics.callerKeysNotFetched(),
    ["amity_caller_keys_fetch_failures_total 1"],
  ],
];

function recordOf(happen: (record: RequestRecord) => void): RequestRecord {
  const record = new RequestRecord("request-1", () => 0);
  happen(record);
  return record;
}

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

  test("tell of lost lines, and of the audit's among them", async () => {
    const lines = await linesOf(new Metrics({ dropped: 3, droppedAudit: 2 }));
    expect(lines).toContain("amity_log_lines_dropped_total 3");
    expect(lines).toContain("amity_audit_lines_dropped_total 2");
  });

  test("come in Prometheus' own media type, with those of the process", async () => {
    const { contentType, body } = await new Metrics().text();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain("process_cpu_seconds_total");
  });
});
