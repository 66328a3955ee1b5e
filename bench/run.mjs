import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { operations } from "./operations.mjs";
import { median } from "./statistics.mjs";
import { lengths, measureTable } from "./table.mjs";
import { startUpstream } from "./upstream/upstream.mjs";
import { createCallers } from "./users.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string", multiple: true } } });
const folder = await mkdtemp(join(tmpdir(), "amity-bench-"));
const upstream = await startUpstream(folder);
const bench = { upstream, folder, callers: await createCallers(500), node: process.execPath };
const samples = await measureTable(
  values.only ?? Object.keys(operations),
  values.quick ? lengths.quick : lengths.full,
  bench,
  (text) => console.error(text),
);
for (const [operation, byCandidate] of Object.entries(samples)) {
  console.log(operation);
  for (const [name, list] of Object.entries(byCandidate)) {
    const of = (field) => median(list.map((s) => s[field])).toFixed(field === "p50Ms" || field === "p99Ms" ? 1 : 0);
    console.log(
      `  ${name.padEnd(15)} cpu ${of("cpuUs").padStart(5)} us  ${of("perSecond").padStart(6)}/s  p50 ${of("p50Ms")}  p99 ${of("p99Ms")}  rss ${of("residentMb")} hwm ${of("highestMb")} log ${of("logBytes")}`,
    );
  }
}
upstream.stop();
await rm(folder, { recursive: true });
