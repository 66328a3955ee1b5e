import type * as promClient from "prom-client";
import { partOf } from "../system/package-part.js";

/** Parts of prom-client, whose index loads OpenTelemetry's API and ways to push: a tenth of all files of a start. */

export const Registry: typeof promClient.Registry = partOf("prom-client/lib/registry");
export const Counter: typeof promClient.Counter = partOf("prom-client/lib/counter");
export const Gauge: typeof promClient.Gauge = partOf("prom-client/lib/gauge");
export const Histogram: typeof promClient.Histogram = partOf("prom-client/lib/histogram");

/** Measures the process itself, from then on. */
export function collectProcessMetrics(register: promClient.Registry): void {
  partOf<typeof promClient.collectDefaultMetrics>("prom-client/lib/defaultMetrics")({ register });
}
