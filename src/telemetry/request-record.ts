import type { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { LimitName } from "../limits.js";

/** One try of a call to Amity. */
export interface UpstreamAttempt {
  readonly outcome: "OK" | ErrorCode;
  readonly ms: number;
  /** Why it failed, whatever came of the call. */
  readonly why?: AppError["log"] | undefined;
}

/** One call to Amity with its repetitions. No attempts: Amity was not asked, for the gateway kept the call back. */
export interface UpstreamCall {
  readonly region: string;
  readonly operation: string;
  readonly outcome: "OK" | ErrorCode;
  /** Why it failed: its client may have got a token of before, and no error then tells. */
  readonly why?: AppError["log"] | undefined;
  readonly attempts: readonly UpstreamAttempt[];
}

/** The way through the gateway: `document` is parsing and validation, `credential` who the caller is. */
type Stage = "read" | "document" | "credential" | "admission" | "execution";

interface Failure {
  readonly code: ErrorCode;
  readonly path?: readonly (string | number)[] | undefined;
  readonly limit?: LimitName | undefined;
}

/**
 * What happened to one request, for its line in the log and its measurements: words from fixed lists, counts and times.
 * Whoever does a part of the work writes it down here.
 */
export class RequestRecord {
  readonly #startedAt: number;
  #stageBegan: number;
  readonly #stages: Partial<Record<Stage, number>> = {};
  /** By their names in the answer. */
  #rootFields: ReadonlyMap<string, string> = new Map();
  readonly #failedFields = new Map<string | number, ErrorCode>();
  readonly #codes = new Set<ErrorCode>();
  /** What refused all root fields at once. */
  #refusal: ErrorCode | undefined;
  #documentRefusal: ErrorCode | undefined;
  #limit: LimitName | undefined;
  readonly #calls: UpstreamCall[] = [];
  #reused = 0;
  #shared = 0;

  /** `elapsed`: the monotonic clock. */
  constructor(
    readonly requestId: string,
    private readonly elapsed: () => number,
  ) {
    this.#startedAt = elapsed();
    this.#stageBegan = this.#startedAt;
  }

  /** From the request to now. Milliseconds. */
  get elapsedMs(): number {
    return this.elapsed() - this.#startedAt;
  }

  get codes(): readonly ErrorCode[] {
    return [...this.#codes];
  }

  get limit(): LimitName | undefined {
    return this.#limit;
  }

  /** Why the document did not come to run. */
  get documentRefusal(): ErrorCode | undefined {
    return this.#documentRefusal;
  }

  /** The root fields that were asked for, and how each ended. */
  get rootFields(): readonly { readonly field: string; readonly outcome: "OK" | ErrorCode }[] {
    return [...this.#rootFields].map(([key, field]) => ({
      field,
      outcome: this.#failedFields.get(key) ?? this.#refusal ?? "OK",
    }));
  }

  /** What lies behind the last stage was this one. */
  endStage(stage: Stage): void {
    const now = this.elapsed();
    this.#stages[stage] = now - this.#stageBegan;
    this.#stageBegan = now;
  }

  /** `fields`: the schema's names by those in the answer. */
  ask(fields: ReadonlyMap<string, string>): void {
    this.#rootFields = fields;
  }

  /** Something that the client is told. Without a path it is about all of the request. */
  fail({ code, path, limit }: Failure): void {
    this.#codes.add(code);
    this.#limit ??= limit;
    if (path?.[0] === undefined) this.#refusal ??= code;
    else this.#failedFields.set(path[0], code);
  }

  /** The document does not come to run; the client may be told less. */
  refuseDocument({ code, limit }: Failure): void {
    this.#documentRefusal ??= code;
    this.#limit ??= limit;
  }

  /** The client went away before it had its answer, however its fields ended. */
  leave(): void {
    this.#codes.add("CANCELLED");
  }

  call(call: UpstreamCall): void {
    this.#calls.push(call);
  }

  /** A token was handed out again. */
  reuse(): void {
    this.#reused++;
  }

  /** Another request's call to Amity served this one too. */
  share(): void {
    this.#shared++;
  }

  /** What there is to tell at every level; undefined: nothing. */
  get facts(): object {
    return {
      rootFields: this.#rootFields.size > 0 ? this.rootFields : undefined,
      codes: this.#codes.size > 0 ? this.codes : undefined,
      documentRefused: this.#documentRefusal,
      limit: this.#limit,
      calls: this.#calls.length > 0 ? this.#calls.map(toldOf) : undefined,
      reused: this.#reused || undefined,
      shared: this.#shared || undefined,
    };
  }

  /** Did it come so far that there are times to tell? */
  get isTimed(): boolean {
    return Object.keys(this.#stages).length > 0;
  }

  /** Where the time went, for those who search. Milliseconds. */
  get timings(): object {
    const stages = Object.entries(this.#stages).map(([stage, ms]) => [stage, rounded(ms)]);
    const attempts = this.#calls.flatMap(({ region, operation, attempts }) =>
      attempts.map(({ outcome, ms, why }) => ({ region, operation, outcome, ...why, ms: rounded(ms) })),
    );
    return { ...Object.fromEntries(stages), ...(attempts.length > 0 && { attempts }) };
  }
}

function toldOf({ region, operation, outcome, why, attempts }: UpstreamCall): object {
  return { region, operation, outcome, ...why, attempts: attempts.length };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
