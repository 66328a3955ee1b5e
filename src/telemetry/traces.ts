import type { ErrorCode } from "../errors/codes.js";
import type { UpstreamAttempt } from "./request-record.js";

/** Ends a request's span. `codes`: what its client was told. */
export type EndRequest = (status: number, codes: readonly ErrorCode[]) => void;

/** The spans of one call to Amity. */
export interface CallSpans {
  /** Runs an attempt in a span of its own, and with nothing of the trace in what it sends. */
  attempt<T extends { readonly status: number }>(run: () => Promise<T>): Promise<T>;
  /** The attempt has ended so. */
  ended(attempt: UpstreamAttempt): void;
}

/** Traces of requests, their root fields and the attempts of calls to Amity. None of it ever throws or waits. */
export interface Traces {
  /** Of the request that the code runs for. */
  readonly traceId: string | undefined;
  /** `traceparent`: a caller's, if it is to be believed (W3C Trace Context). */
  request<T>(traceparent: string | undefined, run: (end: EndRequest) => Promise<T>): Promise<T>;
  /** Runs the resolver of a root field. */
  field(name: string, run: () => unknown): unknown;
  /** For a call that a request makes. */
  call(region: string, operation: string): CallSpans;
  /** Lets what was traced be exported, within a second. */
  close(): Promise<void>;
}
