/** `warn`: it works, but somebody should look at it; `fail`: it does not work, or soon will not. */
export type Status = "ok" | "warn" | "fail";

/** One row of the doctor's table. No text holds a key, a token or a certificate. */
export interface Check {
  /** `config`, a region's code, `mTLS`, `callers` or `Redis`. */
  readonly scope: string;
  readonly check: string;
  readonly status: Status;
  readonly detail: string;
  /** What to do; not with `ok`. */
  readonly advice?: string;
}

/** Makes the results of one check. */
export interface Row {
  ok(detail: string): Check;
  warn(detail: string, advice: string): Check;
  fail(detail: string, advice: string): Check;
}

/** The row of this scope and check, whatever its result will be. */
export function row(scope: string, check: string): Row {
  return {
    ok: (detail) => ({ scope, check, status: "ok", detail }),
    warn: (detail, advice) => ({ scope, check, status: "warn", detail, advice }),
    fail: (detail, advice) => ({ scope, check, status: "fail", detail, advice }),
  };
}

/** Does nothing fail? */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== "fail");
}

/** A day for people, in UTC. `time`: milliseconds since the epoch. */
export function dateText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** `1 key`, `2 keys`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
