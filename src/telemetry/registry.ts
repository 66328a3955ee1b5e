import type * as promClient from "prom-client";
import { Counter, collectProcessMetrics, Gauge, Histogram, Registry } from "./prom-client.js";

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Gauges of prom-client's whose names say that they are counters; each has a sibling that tells the same by type. */
const misnamed = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** prom-client's words for V8's collections. */
const collections = ["major", "minor", "incremental", "weakcb"];

/** Every value that a label can have, by the label's name. */
type LabelValues = Readonly<Record<string, readonly string[]>>;

/** Makes the metrics of one gateway, and from the first scrape on the process's own. */
export class MetricRegistry {
  readonly #registry = new Registry();
  #hasProcess = false;

  readonly counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [this.#registry] });

  readonly gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [this.#registry] });

  /** Of seconds. */
  readonly histogram = (name: string, help: string, labelNames: string[]) =>
    new Histogram({ name, help, labelNames, buckets: secondsBuckets, registers: [this.#registry] });

  /** A counter that somebody else counts. */
  countedElsewhere(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** Ages by a label's values, in seconds, read when they are asked for. */
  ages(name: string, help: string, labelName: string, ages: ReadonlyMap<string, () => number>): void {
    new Gauge({
      name,
      help,
      labelNames: [labelName],
      registers: [this.#registry],
      collect() {
        for (const [label, read] of ages) this.set({ [labelName]: label }, read());
      },
    });
  }

  /** Times by a label's values, in seconds since the epoch, read when they are asked for; none that is not known. */
  times(
    name: string,
    help: string,
    labelName: string,
    times: ReadonlyMap<string, () => Promise<Date | undefined>>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [labelName],
      registers: [this.#registry],
      async collect() {
        this.reset();
        for (const [label, read] of times) {
          const time = await read();
          if (time) this.set({ [labelName]: label }, time.getTime() / 1_000);
        }
      },
    });
  }

  /** The text that Prometheus reads, and its media type. */
  async text(): Promise<{ contentType: string; body: string }> {
    if (!this.#hasProcess) this.#addProcess();
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  /** Loading what measures the process takes longer than all metrics else: a start need not wait for it. */
  #addProcess(): void {
    collectProcessMetrics(this.#registry);
    this.#hasProcess = true;
    for (const name of misnamed) this.#registry.removeSingleMetric(name);
    const pauses = this.#registry.getSingleMetric("nodejs_gc_duration_seconds");
    if (pauses instanceof Histogram) zero(pauses, { kind: collections });
  }
}

/**
 * Lets every series be there from the first scrape on: of one that appears with its first event, Prometheus sees no
 * increase.
 */
export function zero(metric: promClient.Counter | promClient.Histogram, values: LabelValues): void {
  for (const labels of combinations(Object.entries(values))) {
    if (metric instanceof Histogram) metric.zero(labels);
    else metric.inc(labels, 0);
  }
}

function combinations([first, ...rest]: readonly (readonly [string, readonly string[]])[]): Record<string, string>[] {
  if (!first) return [{}];
  const [name, values] = first;
  const others = combinations(rest);
  return values.flatMap((value) => others.map((other) => ({ [name]: value, ...other })));
}
