import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promtool } from "../support/promtool.js";
import { root, yamlOf } from "./files.js";

export const rulesPath = "deploy/prometheus/alerts.yml";

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

export const alerts: readonly Alert[] = yamlOf(rulesPath)[0].groups.flatMap(
  ({ rules }: { rules: readonly Alert[] }) => rules,
);

/** What a real gateway said of itself, and when by its own clock, in milliseconds; undefined: it did not answer. */
export interface Scrape {
  readonly text: string;
  readonly at: number;
}

/** How it was before a fault, and what was scraped while the fault was there, each time a minute later. */
export interface Course {
  readonly before: Scrape;
  readonly during: readonly (Scrape | undefined)[];
}

/** Minutes of Prometheus' time, which begins at zero: without the fault, with it, and when all is as before. */
const phases = { quiet: 20, fault: 21, over: 70 } as const;

interface InputSeries {
  readonly series: string;
  readonly values: string;
  /** It counts, and never counted anything. */
  readonly isIdle: boolean;
}

interface Series {
  readonly isCounted: boolean;
  readonly value: number;
}

/** Fails unless exactly these alerts fire at the fault's end, and none before the fault and some time after it. */
export function expectAlerts(course: Course, names: readonly string[]): void {
  const expr = 'count by (alertname) (ALERTS{alertstate="firing"})';
  const none = { expr, exp_samples: [] };
  const those = names.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 }));
  const end = phases.quiet + phases.fault;
  const asked = alerts.map((alert) => alert.expr).join();
  const series = inputOf(course).filter(({ series, isIdle }) => asked.includes(series.replace(/\{.*/, "")) && !isIdle);
  evaluate({
    rule_files: [root + rulesPath],
    tests: testOf(series, [
      { ...none, eval_time: `${phases.quiet - 1}m` },
      { expr, eval_time: `${end - 1}m`, exp_samples: those },
      { ...none, eval_time: `${end + phases.over - 1}m` },
    ]),
  });
}

/** What is asked of metrics, and the labels that all of the answer's series must have. */
export interface Query {
  readonly expr: string;
  readonly labels: readonly string[];
}

/** Fails unless each query has an answer to give of what was scraped, with its labels. */
export function expectAnswers(course: Course, queries: readonly Query[]): void {
  const at = `${phases.quiet + phases.fault - 1}m`;
  const tests = queries.flatMap(({ expr, labels }) => [
    { expr: `absent((${expr}))`, eval_time: at, exp_samples: [] },
    ...labels.map((label) => ({
      expr: `count by (has) (label_replace((${expr}), "has", "it", "${label}", ".+")) * 0`,
      eval_time: at,
      exp_samples: [{ labels: '{has="it"}', value: 0 }],
    })),
  ]);
  evaluate({ rule_files: [], tests: testOf(inputOf(course), tests) });
}

function testOf(series: readonly InputSeries[], promqlTests: readonly object[]): readonly object[] {
  const inputs = series.map(({ series, values }) => ({ series, values }));
  return [{ interval: "1m", input_series: inputs, promql_expr_test: promqlTests }];
}

function evaluate(tests: object): void {
  const folder = mkdtempSync(join(tmpdir(), "amity-graphql-"));
  const path = join(folder, "test.yml");
  writeFileSync(path, JSON.stringify({ evaluation_interval: "1m", ...tests }));
  try {
    promtool("test", "rules", path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const target = 'job="amity-graphql",instance="gateway-1:9464"';

/** The series that Prometheus would have. Counters go on as they went from the first scrape to the last. */
function inputOf({ before, during }: Course): InputSeries[] {
  const names = new Set([before, ...during].flatMap((scrape) => (scrape ? [...seriesOf(scrape).keys()] : [])));
  const [first, ...later] = [before, ...during].map((scrape) => scrape && seriesOf(scrape));
  const rows = [...names].map((series) => {
    const early = first?.get(series);
    const late = later.map((scrape) => scrape?.get(series));
    const values = valuesOf(early, late);
    const isIdle = early?.isCounted === true && values.every((value) => value === 0);
    return { series, values: notation(values), isIdle };
  });
  const up = [first, ...later].map((scrape) => (scrape ? 1 : 0));
  return [...rows, { series: `up{${target}}`, values: notation(spread(1, up.slice(1), 1)), isIdle: false }];
}

function valuesOf(early: Series | undefined, late: readonly (Series | undefined)[]): (number | string)[] {
  const last = late.at(-1);
  if (!(early?.isCounted && last)) {
    const shown = (series: Series | undefined) => (series ? series.value : "stale");
    return spread(shown(early), late.map(shown), shown(early));
  }
  const step = last.value - early.value;
  const rising = Array.from({ length: phases.fault }, (_, minute) => early.value + step * (minute + 1));
  return spread(early.value, rising, rising.at(-1) ?? early.value);
}

function notation(values: readonly (number | string)[]): string {
  return values.map((value) => (value === Number.POSITIVE_INFINITY ? "+Inf" : value)).join(" ");
}

/** One value for each minute. */
function spread<T>(quiet: T, during: readonly T[], over: T): T[] {
  const faulty = Array.from({ length: phases.fault }, (_, minute) => during[minute % during.length] ?? over);
  const rest = Array.from({ length: phases.over }, () => over);
  return [...Array.from({ length: phases.quiet }, () => quiet), ...faulty, ...rest];
}

/** By their names with labels. Points in time are seconds from the scrape on, as Prometheus' time begins at 0. */
function seriesOf({ text, at }: Scrape): Map<string, Series> {
  const kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", kind]) => [name, kind]));
  const lines = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)];
  return new Map(
    lines.map(([, name = "", labels, value]): [string, Series] => {
      const isTime = name.startsWith("amity_") && name.endsWith("_timestamp_seconds");
      const series = `${name}{${labels ? `${labels},` : ""}${target}}`;
      const number = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
      const isCounted = kinds.get(name) === "counter" || /_(?:bucket|count|sum)$/.test(name);
      return [series, { isCounted, value: isTime ? number - at / 1_000 : number }];
    }),
  );
}
