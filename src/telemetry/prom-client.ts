import { createRequire } from "node:module";
import type * as promClient from "prom-client";
import counter from "prom-client/lib/counter.js";
import gauge from "prom-client/lib/gauge.js";
import histogram from "prom-client/lib/histogram.js";
import registry from "prom-client/lib/registry.js";

/** Parts of prom-client, whose index loads OpenTelemetry's API and ways to push: a tenth of all files of a start. */

export const Registry = registry as typeof promClient.Registry;
export const Counter = counter as typeof promClient.Counter;
export const Gauge = gauge as typeof promClient.Gauge;
export const Histogram = histogram as typeof promClient.Histogram;

const require = createRequire(import.meta.url);

/** Measures the process itself, from then on. Not by `import`, which remembers that a module could not be read once. */
export function collectProcessMetrics(register: promClient.Registry): void {
  const collect: typeof promClient.collectDefaultMetrics = require("prom-client/lib/defaultMetrics");
  collect({ register });
}
