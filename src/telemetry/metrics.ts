import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const healthValues = { available: 2, degraded: 1, unavailable: 0 } as const;

/**
 * The process's numbers for Prometheus. Every label has a small fixed set of values: nothing of a client's, such as a
 * user id, a path or an operation name, becomes one.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#histogram("http_request_duration_seconds", "Requests answered", ["path", "status"]);
  readonly #issued = this.#counter("amity_issued_total", "Tokens and sessions asked for", ["operation", "outcome"]);
  readonly #reused = this.#counter("amity_tokens_reused_total", "Tokens handed out again", []);
  readonly #calls = this.#histogram("amity_upstream_duration_seconds", "Calls to Amity, retries included", [
    "region",
    "operation",
    "outcome",
  ]);
  readonly #retries = this.#counter("amity_upstream_retries_total", "Repeated calls to Amity", ["region"]);
  readonly #unusable = this.#counter("amity_unusable_fields_total", "Answers with an odd field, left empty", ["field"]);
  readonly #health = this.#gauge("amity_region_health", "2 available, 1 may be tried again, 0 unavailable", ["region"]);
  readonly #fallbacks = this.#counter("amity_server_key_fallback_total", "Uses of the other server key", ["region"]);
  readonly #expiry = this.#gauge("amity_client_cert_expiry_timestamp_seconds", "End of a client certificate", ["name"]);
  readonly #reloads = this.#counter("amity_reload_total", "Files read again", ["name", "outcome"]);

  /** `droppedLogLines`: how many there were so far. */
  constructor(droppedLogLines: () => number = () => 0) {
    collectDefaultMetrics({ register: this.#registry });
    new Counter({
      name: "amity_log_lines_dropped_total",
      help: "Log lines that could not be written",
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(droppedLogLines());
      },
    });
  }

  request(path: string, status: number, seconds: number): void {
    this.#requests.observe({ path, status }, seconds);
  }

  issued(operation: string, outcome: string): void {
    this.#issued.inc({ operation, outcome });
  }

  reused(): void {
    this.#reused.inc();
  }

  upstreamCall(region: string, operation: string, outcome: string, seconds: number): void {
    this.#calls.observe({ region, operation, outcome }, seconds);
  }

  upstreamRetry(region: string): void {
    this.#retries.inc({ region });
  }

  /** `field`: of the fixed list that sessions are read by. */
  unusableField(field: string): void {
    this.#unusable.inc({ field });
  }

  regionHealth(region: string, health: keyof typeof healthValues): void {
    this.#health.set({ region }, healthValues[health]);
  }

  keyFallback(region: string): void {
    this.#fallbacks.inc({ region });
  }

  /** `seconds`: since the epoch. */
  certificateExpiry(name: string, seconds: number): void {
    this.#expiry.set({ name }, seconds);
  }

  reload(name: string, outcome: "taken" | "refused"): void {
    this.#reloads.inc({ name, outcome });
  }

  /** The text that Prometheus reads, and its media type. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: secondsBuckets, registers: [this.#registry] });
  }
}
