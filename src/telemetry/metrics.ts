import { documentCodes, type ErrorCode } from "../errors/codes.js";
import type { CredentialReason } from "../errors/reasons.js";
import { limitNames } from "../limits.js";
import { version } from "../system/version.js";
import type { LogSink } from "./log-sink.js";
import { callOutcomes, codes, fieldOutcomes } from "./outcomes.js";
import { RedisMetrics } from "./redis-metrics.js";
import { MetricRegistry, zero } from "./registry.js";
import type { RequestRecord } from "./request-record.js";
import { createSeries } from "./series.js";

const healthValues = { available: 2, degraded: 1, unavailable: 0 } as const;

/** The label of what failed before its root fields were known. */
const noField = "none";

/** Lines that could not be written so far: all, and the audit's among them. */
type DroppedLines = Pick<LogSink, "dropped" | "droppedAudit">;

/** Since when a token lives, and until when, where that is known. */
interface TokenTimes {
  readonly issuedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/**
 * The process's numbers for Prometheus. Every label has a small fixed set of values: nothing of a client's, such as a
 * user id, a path or an operation name, becomes one. Whoever owns a label tells its values before anything is served,
 * so that each series is there from the first scrape on.
 */
export class Metrics {
  readonly #registry = new MetricRegistry();
  readonly #series = createSeries(this.#registry);
  readonly redis = new RedisMetrics(this.#series);
  readonly #serverKeyAges = new Map<string, () => number>();
  readonly #callerKeyAges = new Map<string, () => number>();
  readonly #begins = new Map<string, () => Promise<Date | undefined>>();
  readonly #ends = new Map<string, () => Promise<Date | undefined>>();

  constructor(log: DroppedLines = { dropped: 0, droppedAudit: 0 }) {
    const registry = this.#registry;
    const { build, documents, rateLimited, shed, rootFields } = this.#series;
    build.set({ version }, 1);
    registry.countedElsewhere("amity_log_lines_dropped_total", "Lost log lines", () => log.dropped);
    registry.countedElsewhere("amity_audit_lines_dropped_total", "Audit lines among them", () => log.droppedAudit);
    registry.ages("amity_server_key_age_seconds", "Since the server keys were taken", "region", this.#serverKeyAges);
    registry.times("amity_admin_token_issued_timestamp_seconds", "Begin of an admin token", "region", this.#begins);
    registry.times("amity_admin_token_expiry_timestamp_seconds", "End of an admin token", "region", this.#ends);
    registry.ages("amity_caller_keys_age_seconds", "Since callers' keys were taken", "source", this.#callerKeyAges);
    zero(documents, {
      reason: [...documentCodes.filter((code) => !(code in limitNames)), ...limitNames.QUERY_TOO_COMPLEX],
    });
    zero(rateLimited, { limit: limitNames.RATE_LIMITED });
    zero(shed, { limit: limitNames.OVERLOADED });
    zero(rootFields, { field: [noField], outcome: codes });
  }

  /** `statuses`: that requests for the path can be answered with. */
  announcePath(path: string, statuses: readonly number[]): void {
    zero(this.#series.requests, { path: [path], status: statuses.map(String) });
  }

  /** The schema's root fields, and those of them that issue. */
  announceRootFields(fields: readonly string[], issuing: readonly string[]): void {
    zero(this.#series.rootFields, { field: fields, outcome: fieldOutcomes });
    zero(this.#series.issued, { operation: issuing, outcome: ["issued", ...fieldOutcomes.slice(1)] });
  }

  announceRefusals(reasons: readonly CredentialReason[]): void {
    zero(this.#series.credentials, { reason: reasons });
  }

  /** `keysAge`: of its server keys, in seconds; undefined when it has none. */
  announceRegion(region: string, operations: readonly string[], keysAge: (() => number) | undefined): void {
    zero(this.#series.calls, { region: [region], operation: operations, outcome: callOutcomes });
    zero(this.#series.retries, { region: [region] });
    zero(this.#series.fallbacks, { region: [region] });
    this.regionHealth(region, "available");
    if (keysAge) this.#serverKeyAges.set(region, keysAge);
  }

  /** `times`: of its admin token, as far as they are known. */
  announceAdminToken(region: string, times: () => Promise<TokenTimes>): void {
    this.#begins.set(region, async () => (await times()).issuedAt);
    this.#ends.set(region, async () => (await times()).expiresAt);
  }

  announceUnusableFields(fields: readonly string[]): void {
    zero(this.#series.unusable, { field: fields });
  }

  announceReload(name: string): void {
    zero(this.#series.reloads, { name: [name], outcome: ["taken", "refused"] });
    this.#series.keptOut.set({ name }, 0);
  }

  /** `age`: in seconds; infinite before there were any. */
  announceCallerKeys(source: string, age: () => number): void {
    this.#callerKeyAges.set(source, age);
  }

  /** `sink`: the variable that names it. */
  announceAuditSink(sink: string): void {
    zero(this.#series.auditLines, { sink: [sink], outcome: ["written", "lost"] });
    this.auditSink(sink, true);
  }

  requestBegins(): void {
    this.#series.inFlight.inc();
  }

  requestEnds(): void {
    this.#series.inFlight.dec();
  }

  request(path: string, status: number, seconds: number): void {
    this.#series.requests.observe({ path, status }, seconds);
  }

  /** What became of the request's root fields, and which limit it met. */
  outcome({ rootFields, codes: told, limit, documentRefusal }: RequestRecord): void {
    for (const { field, outcome } of rootFields) this.#series.rootFields.inc({ field, outcome });
    if (rootFields.length === 0)
      for (const code of told) this.#series.rootFields.inc({ field: noField, outcome: code });
    if (documentRefusal) this.#series.documents.inc({ reason: limit ?? documentRefusal });
    else if (limit && told.includes("RATE_LIMITED")) this.#series.rateLimited.inc({ limit });
    else if (limit && told.includes("OVERLOADED")) this.#series.shed.inc({ limit });
  }

  /** `reason`: of the fixed list that was announced. */
  credentialRefused(reason: CredentialReason): void {
    this.#series.credentials.inc({ reason });
  }

  issued(operation: string, outcome: string): void {
    this.#series.issued.inc({ operation, outcome });
  }

  reused(): void {
    this.#series.reused.inc();
  }

  upstreamCall(region: string, operation: string, outcome: "OK" | ErrorCode, seconds: number): void {
    this.#series.calls.observe({ region, operation, outcome }, seconds);
  }

  upstreamRetry(region: string): void {
    this.#series.retries.inc({ region });
  }

  /** `field`: of the fixed list that sessions are read by. */
  unusableField(field: string): void {
    this.#series.unusable.inc({ field });
  }

  regionHealth(region: string, health: keyof typeof healthValues): void {
    this.#series.health.set({ region }, healthValues[health]);
  }

  keyFallback(region: string): void {
    this.#series.fallbacks.inc({ region });
  }

  /** `seconds`: since the epoch. */
  certificateExpiry(name: string, seconds: number): void {
    this.#series.expiry.set({ name }, seconds);
  }

  /** `as before`: files that were kept out can be used again, and nothing changed. */
  reload(name: string, outcome: "taken" | "as before" | "refused"): void {
    if (outcome !== "as before") this.#series.reloads.inc({ name, outcome });
    this.#series.keptOut.set({ name }, outcome === "refused" ? 1 : 0);
  }

  callerKeysNotFetched(): void {
    this.#series.keyFetchFailures.inc();
  }

  auditSink(sink: string, isUp: boolean): void {
    this.#series.auditSinks.set({ sink }, isUp ? 1 : 0);
  }

  auditLines(sink: string, outcome: "written" | "lost", count: number): void {
    this.#series.auditLines.inc({ sink, outcome }, count);
  }

  /** The text that Prometheus reads, and its media type. */
  text(): Promise<{ contentType: string; body: string }> {
    return this.#registry.text();
  }
}
