import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installNode } from "../test/node-versions/node-release.mjs";
import { acceptBaseline, belowBaseline } from "./baseline.mjs";
import { measureIdle } from "./idle.mjs";
import { isBusy } from "./machine.mjs";
import { measureMemory } from "./memory.mjs";
import { sections } from "./page-runs.mjs";
import { tableText } from "./page-table.mjs";
import { measureRates } from "./rates.mjs";
import { circumstances, keepResult } from "./results.mjs";
import { measureStart } from "./start.mjs";
import { lengths, measureTable } from "./table.mjs";
import { startUpstream } from "./upstream/upstream.mjs";
import { createCallers } from "./users.mjs";

const callerCount = 500;

/** The runs beside the table, by name. Each gives what is kept in results/NAME.json. */
const otherRuns = { rates: measureRates, memory: measureMemory, idle: measureIdle, start: measureStart };

function tell(text) {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

/** Does one run. Gives whether all is well: false when a ratio is below the baseline. */
export async function bench(wanted) {
  if (process.platform !== "linux") throw new Error("CPU and memory of a process are read from Linux's /proc");
  const node = wanted.nodeMajor ? await installNode(wanted.nodeMajor, tell) : process.execPath;
  const folder = await mkdtemp(join(tmpdir(), "amity-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const upstream = await startUpstream(folder);
  try {
    const callers = createCallers(callerCount);
    const about = await circumstances(node);
    tellBusy(about.machine);
    return await measure(wanted, { upstream, callers, folder, node }, about);
  } finally {
    upstream.stop();
  }
}

function tellBusy(machine) {
  const { cores, loadBefore } = machine;
  if (isBusy(machine)) tell(`the machine is busy: load average ${loadBefore} on ${cores} cores; better wait`);
}

async function measure(wanted, shared, about) {
  const { run, isQuick, isWhole, nodeMajor } = wanted;
  if (run in otherRuns) {
    const outcome = { about, ...(await otherRuns[run](isQuick, shared, tell)) };
    console.log(sections[run](outcome));
    if (!isQuick && !nodeMajor) await keepResult(run, outcome);
    return true;
  }
  const length = isQuick ? lengths.quick : lengths.full;
  const samples = await measureTable(wanted, length, shared, tell);
  const table = { about, length, samples };
  console.log(tableText(table));
  if (run === "check") return tellBelow(await belowBaseline(samples));
  if (run === "accept") await acceptBaseline(samples);
  if (isWhole) await keepResult(nodeMajor ? `table-node-${nodeMajor}` : "table", table);
  return true;
}

function tellBelow(lines) {
  for (const line of lines) console.log(line);
  console.log(lines.length === 0 ? "No ratio is below the baseline." : `${lines.length} below the baseline.`);
  return lines.length === 0;
}
