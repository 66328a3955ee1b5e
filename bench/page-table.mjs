import { base, candidates } from "./candidates.mjs";
import { paragraph, short, table, times } from "./markdown.mjs";
import { operations } from "./operations.mjs";
import { ratio } from "./ratios.mjs";
import { median, spread } from "./statistics.mjs";

/** The side-by-side table as Markdown. */

/** CPU and ratios of all operations, and then each operation with all that was measured. */
export function tableText({ samples }) {
  const details = Object.entries(samples).map(([name, ofOperation]) => detailsOf(name, ofOperation));
  return [summaryOf(samples), ...details].join("\n\n");
}

/** The two tables that most readers want. */
export function summaryOf(samples) {
  const names = Object.keys(samples);
  const titles = names.map((name) => operations[name].title);
  const rowsOf = (cell) =>
    Object.keys(Object.values(samples)[0]).map((candidate) => [
      candidates[candidate].title,
      ...names.map((name) => cell(samples[name], candidate)),
    ]);
  const microseconds = rowsOf((ofOperation, candidate) =>
    short(median(ofOperation[candidate].map(({ cpuUs }) => cpuUs))),
  );
  const ratios = rowsOf((ofOperation, candidate) => ratio(ofOperation, base, candidate).median.toFixed(2));
  return [
    paragraph("Microseconds of CPU for one request, of the whole server process:"),
    table(["", ...titles], microseconds),
    paragraph(`How many times cheaper than ${candidates[base].title}; more is better:`),
    table(["", ...titles], ratios),
  ].join("\n\n");
}

function detailsOf(name, ofOperation) {
  const rows = Object.entries(ofOperation).map(([candidate, samples]) => {
    const of = (field) => samples.map((sample) => sample[field]);
    const cpu = spread(of("cpuUs"));
    return [
      candidates[candidate].title,
      `${short(cpu.median)} (${short(cpu.least)}-${short(cpu.most)})`,
      times(ratio(ofOperation, base, candidate)),
      short(median(of("perSecond"))),
      short(median(of("p50Ms"))),
      short(median(of("p99Ms"))),
      short(median(of("residentMb"))),
      short(Math.max(...of("highestMb"))),
    ];
  });
  const head = ["", "CPU, us", "times cheaper", "requests/s", "p50, ms", "p99, ms", "memory, MB", "at most, MB"];
  return `### ${operations[name].title}\n\n${table(head, rows)}`;
}
