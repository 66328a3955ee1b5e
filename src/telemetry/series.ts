import type { MetricRegistry } from "./registry.js";

/** Every metric of the gateway's own: its name, what it tells, and its labels. */
export function createSeries(registry: MetricRegistry) {
  const { counter, gauge, histogram } = registry;
  return {
    requests: histogram("http_request_duration_seconds", "Requests answered", ["path", "status"]),
    inFlight: gauge("http_requests_in_flight", "Requests that wait for their answer", []),
    rootFields: counter("amity_root_fields_total", "Root fields answered; none: what failed before they were known", [
      "field",
      "outcome",
    ]),
    documents: counter("amity_documents_refused_total", "Documents that did not come to run", ["reason"]),
    rateLimited: counter("amity_rate_limited_total", "Requests beyond a rate", ["limit"]),
    shed: counter("amity_shed_total", "Requests refused by a gateway that has too much to do", ["limit"]),
    credentials: counter("amity_credentials_refused_total", "Credentials refused", ["reason"]),
    issued: counter("amity_issued_total", "Tokens and sessions asked for", ["operation", "outcome"]),
    reused: counter("amity_tokens_reused_total", "Tokens handed out again", []),
    calls: histogram("amity_upstream_duration_seconds", "Calls to Amity, retries included", [
      "region",
      "operation",
      "outcome",
    ]),
    retries: counter("amity_upstream_retries_total", "Repeated calls to Amity", ["region"]),
    unusable: counter("amity_unusable_fields_total", "Answers with an odd field, left empty", ["field"]),
    health: gauge("amity_region_health", "2 available, 1 may be tried again, 0 unavailable", ["region"]),
    fallbacks: counter("amity_server_key_fallback_total", "Uses of the other server key", ["region"]),
    expiry: gauge("amity_client_cert_expiry_timestamp_seconds", "End of a client certificate", ["name"]),
    reloads: counter("amity_reload_total", "Files read again", ["name", "outcome"]),
    keptOut: gauge("amity_files_kept_out", "1 while changed files cannot be used: the last good ones serve", ["name"]),
    keyFetchFailures: counter("amity_caller_keys_fetch_failures_total", "Fetches of callers' keys that failed", []),
    redisUsed: gauge("amity_redis_used", "1 while Redis is used, 0 while this process is for itself", ["mode"]),
    redisFailures: counter("amity_redis_failures_total", "What Redis did not carry out", ["reason"]),
    insured: counter("amity_rate_limit_insurance_total", "Counted in this process for want of Redis", ["limit"]),
    auditSinks: gauge("amity_audit_sink_up", "1: it takes the audit's lines; 0: it does not", ["sink"]),
    auditLines: counter("amity_audit_lines_total", "The audit's lines in its sinks, and those missing", [
      "sink",
      "outcome",
    ]),
    build: gauge("amity_build_info", "The version that runs", ["version"]),
  };
}

export type Series = ReturnType<typeof createSeries>;
