// What an operator gives to --import: the SDK, and here an exporter that keeps spans in memory and writes them to
// TRACES_TO when the process ends. TRACES_FAULT lets a part of it fail.
import { writeFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

const { TRACES_TO, TRACES_FAULT } = process.env;

function fail() {
  throw new Error("canary-of-the-sdk");
}

const exporter = new InMemorySpanExporter();
const faults = {
  "a sampler that throws": { sampler: { shouldSample: fail } },
  "a processor that throws": { spanProcessors: [{ onStart: fail, onEnd: fail, forceFlush: fail, shutdown: fail }] },
  "an exporter that throws": { spanProcessors: [new SimpleSpanProcessor({ export: fail, shutdown: async () => {} })] },
  "an exporter that hangs": {
    spanProcessors: [
      { onStart() {}, onEnd() {}, forceFlush: () => new Promise(() => {}), shutdown: () => new Promise(() => {}) },
    ],
  },
  "a sampler that takes nothing": { sampler: new AlwaysOffSampler() },
};

const provider = new BasicTracerProvider({
  sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
  ...(TRACES_FAULT && faults[TRACES_FAULT]),
});
if (TRACES_FAULT !== "no SDK") {
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  // It would break a server by itself when a part of the SDK throws.
  if (!TRACES_FAULT) instrumentHttp();
}

/** Reaches the ES modules that import from node:http, too. */
function instrumentHttp() {
  registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
  createRequire(import.meta.url)("http");
  syncBuiltinESMExports();
}

process.on("exit", () => {
  const spans = exporter.getFinishedSpans().map((span) => ({
    ...span.spanContext(),
    name: span.name,
    kind: span.kind,
    attributes: span.attributes,
    status: span.status,
    parent: span.parentSpanContext,
    scope: span.instrumentationScope.name,
    events: span.events,
    links: span.links,
  }));
  if (TRACES_TO) writeFileSync(TRACES_TO, JSON.stringify(spans));
});
