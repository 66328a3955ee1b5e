import { AsyncLocalStorage } from "node:async_hooks";
import type { Attributes, Context, ProxyTracerProvider, Span, SpanKind, TracerProvider } from "@opentelemetry/api";
import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Clock } from "../system/clock.js";
import { inTime } from "../system/in-time.js";
import { errorFields } from "./error-fields.js";
import type { Logger } from "./logger.js";
import type { UpstreamAttempt } from "./request-record.js";
import type { CallSpans, EndRequest, Traces } from "./traces.js";

type Api = typeof import("@opentelemetry/api");

/** The only attributes that spans have: words from fixed lists, and numbers. */
const keys = {
  route: "http.route",
  status: "http.response.status_code",
  field: "amity.root_field",
  region: "amity.region",
  outcome: "amity.outcome",
  attempt: "amity.attempt",
  retryReason: "amity.retry_reason",
} as const;

/** Who exports hangs no process. Milliseconds. */
const closeMs = 1_000;

/** W3C Trace Context, 3.2, in the one version that there is. */
const traceparentForm = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export interface TracingTools {
  readonly logger: Logger;
  readonly clock: Clock;
}

/** OpenTelemetry's API is not there: an operator who wants traces installs it. */
export class NoApi extends Error {}

/** Traces through the SDK that was registered before the start; undefined without one. Throws NoApi. */
export async function openTelemetry(version: string, tools: TracingTools): Promise<Traces | undefined> {
  const api = await import("@opentelemetry/api").catch(() => {
    throw new NoApi();
  });
  return hasSdk(api) ? new OpenTelemetry(api, version, tools) : undefined;
}

/** Before one is registered, the API hands everything to a provider that does nothing. */
function hasSdk(api: Api): boolean {
  return providerOf(api) !== new api.ProxyTracerProvider().getDelegate();
}

/** The SDK's own, behind the API's, which stands for whichever will come. */
function providerOf({ trace }: Api): TracerProvider {
  const provider: TracerProvider & Partial<ProxyTracerProvider> = trace.getTracerProvider();
  return provider.getDelegate?.() ?? provider;
}

/** Spans by OpenTelemetry's API. An SDK that fails costs traces and nothing else. */
class OpenTelemetry implements Traces {
  /** Our own, since an SDK need not have one: the span that the code runs in. */
  readonly #inside = new AsyncLocalStorage<Context>();
  readonly #tracer;
  #hasFailed = false;

  constructor(
    private readonly api: Api,
    version: string,
    private readonly tools: TracingTools,
  ) {
    this.#tracer = api.trace.getTracer("amity-graphql", version);
  }

  get traceId(): string | undefined {
    const context = this.#inside.getStore();
    return context && this.api.trace.getSpanContext(context)?.traceId;
  }

  request<T>(traceparent: string | undefined, run: (end: EndRequest) => Promise<T>): Promise<T> {
    const { SpanKind } = this.api;
    const context = this.#start("/graphql", SpanKind.SERVER, { [keys.route]: "/graphql" }, this.#parent(traceparent));
    const end: EndRequest = (status, codes) => this.#end(context, codes[0], { [keys.status]: status });
    return this.#run(context, () => run(end));
  }

  field(name: string, run: () => unknown): unknown {
    const parent = this.#inside.getStore();
    if (!parent) return run();
    const context = this.#start(name, this.api.SpanKind.INTERNAL, { [keys.field]: name }, parent);
    return this.#run(context, async () => {
      try {
        const result = await run();
        this.#end(context);
        return result;
      } catch (error) {
        this.#end(context, error instanceof AppError ? error.code : "INTERNAL_SERVER_ERROR");
        throw error;
      }
    });
  }

  call(region: string, operation: string): CallSpans {
    let attempts = 0;
    let retryReason: string | number | undefined;
    let context: Context | undefined;
    let status: number | undefined;
    return {
      attempt: async (run) => {
        const parent = this.#inside.getStore();
        const facts = { [keys.region]: region, [keys.attempt]: ++attempts };
        const why = retryReason === undefined ? {} : { [keys.retryReason]: retryReason };
        context = parent && this.#start(operation, this.api.SpanKind.CLIENT, { ...facts, ...why }, parent);
        const response = await this.#run(context, () => this.#untold(run));
        ({ status } = response);
        return response;
      },
      ended: ({ outcome, why }: UpstreamAttempt) => {
        this.#end(
          context,
          outcome === "OK" ? undefined : outcome,
          status === undefined ? {} : { [keys.status]: status },
        );
        retryReason = why?.["reason"] ?? outcome;
        context = undefined;
        status = undefined;
      },
    };
  }

  /** The SDK's own buffers; an operator's process may end before they are sent by themselves. */
  async close(): Promise<void> {
    const sdk: TracerProvider & { forceFlush?: () => Promise<void> } = providerOf(this.api);
    try {
      await inTime(Promise.resolve(sdk.forceFlush?.()), closeMs, this.tools.clock);
    } catch {
      // Whoever exports says so elsewhere.
    }
  }

  #start(name: string, kind: SpanKind, attributes: Attributes, parent: Context): Context | undefined {
    return this.#safely(() =>
      this.api.trace.setSpan(parent, this.#tracer.startSpan(name, { kind, attributes }, parent)),
    );
  }

  #end(context: Context | undefined, code?: ErrorCode, attributes: Attributes = {}): void {
    const { SpanStatusCode, trace } = this.api;
    const span: Span | undefined = context && trace.getSpan(context);
    this.#safely(() => {
      span?.setAttributes({ ...attributes, [keys.outcome]: code ?? "OK" });
      if (code) span?.setStatus({ code: SpanStatusCode.ERROR, message: code });
      span?.end();
    });
  }

  #run<T>(context: Context | undefined, run: () => T): T {
    return context ? this.#inside.run(context, run) : run();
  }

  /** An operator's instrumentation of HTTP would tell Amity of the trace; core of the SDK looks at this key. */
  #untold<T>(run: () => T): T {
    const { context, createContextKey } = this.api;
    const suppressed = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
    return context.with(context.active().setValue(suppressed, true), run);
  }

  #parent(traceparent: string | undefined): Context {
    const { ROOT_CONTEXT, trace, isSpanContextValid } = this.api;
    const [, traceId = "", spanId = "", flags = ""] = traceparentForm.exec(traceparent ?? "") ?? [];
    const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
    return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
  }

  /** Samplers, processors and exporters are the operator's, and any of them may throw. It is said once. */
  #safely<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!this.#hasFailed) this.tools.logger.warn(errorFields(error), "traces fail: what is served does not change");
      this.#hasFailed = true;
      return undefined;
    }
  }
}
