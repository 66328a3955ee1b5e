import { candidates } from "./candidates.mjs";
import { isBusy } from "./machine.mjs";
import { milliseconds as ms, paragraph, short, table, times } from "./markdown.mjs";

/** The other runs as Markdown: each gives a section from its result. */

const titleOf = (name) => candidates[name]?.title ?? "the upstream alone";

const measuredOn = ({ command, date, node, machine }) =>
  `\`${command}\`, on ${date} with Node.js ${node}.${busyText(machine)}`;

/** Latencies of a machine that does other things are hardly the server's. */
function busyText(machine) {
  const { cores, loadBefore } = machine;
  if (!isBusy(machine)) return "";
  return ` The machine was busy with other things (load average ${loadBefore} on ${cores} cores): measure it again.`;
}

/** The upstream alone has none to tell. */
function highestText(perSecond = "") {
  if (perSecond === "") return perSecond;
  return perSecond === 0 ? "none" : short(perSecond);
}

function ratesSection({ about, goodP99Ms, measured }) {
  const rates = Object.keys(measured.upstream);
  const cell = ({ p50Ms, p99Ms, failed }) => `${ms(p50Ms)} / ${ms(p99Ms)}${failed ? `, ${failed} failed` : ""}`;
  const rows = Object.entries(measured).map(([name, of]) => [
    titleOf(name),
    ...rates.map((rate) => cell(of[rate])),
    highestText(of.highest),
  ]);
  const head = [
    "p50 / p99, ms",
    ...rates.map((rate) => `${short(Number(rate))}/s`),
    `highest rate with p99 under ${goodP99Ms} ms`,
  ];
  const text = `\`authToken\` minted by an upstream that takes 20 ms. Requests come at their rate, whatever becomes of
    the ones before, and a latency counts from when its request was due. The first row is the upstream without any
    server in between. A region has 64 calls to Amity under way at most, and the gateway queues 128 more for half a
    second: an answer that says it is overloaded ends the search for the highest rate. ${measuredOn(about)}`;
  return ["## Latency at a rate", paragraph(text), table(head, rows)].join("\n\n");
}

function memorySection({ about, requests, users, documents, measured }) {
  const rows = Object.entries(measured).map(([name, { before, residentMb, growthOfLastQuarter, highestMb }]) => [
    titleOf(name),
    ...[
      before,
      residentMb[Math.floor(residentMb.length / 10) - 1],
      residentMb[residentMb.length / 2 - 1],
      residentMb.at(-1),
      highestMb,
    ].map(short),
    `${(growthOfLastQuarter * 100).toFixed(1)} %`,
  ]);
  const head = [
    "resident memory, MB",
    "at start",
    "after a tenth",
    "half",
    "all",
    "at most",
    "last quarter against third",
  ];
  const text = `${short(requests)} requests for \`authToken\` of ${short(users)} users in turn, 32 in flight; every tenth
    brings a document that never came before, ${short(documents)} in all. ${measuredOn(about)}`;
  return ["## Memory", paragraph(text), table(head, rows)].join("\n\n");
}

function idleSection({ about, quietSeconds, measured }) {
  const rows = Object.entries(measured).map(([name, { rate, cpu, p99, warmMb, quietMb }]) => [
    titleOf(name),
    ...[rate, cpu, p99].map(times),
    ...[warmMb, quietMb].map((mb) => short(mb.median)),
  ]);
  const head = ["after the quiet spell / warm", "rate", "CPU", "p99", "memory warm, MB", "at the end of the spell, MB"];
  const text = `${quietSeconds} s without a request, then a burst of 5 s of \`authToken\`, against a burst before the
    spell. ${measuredOn(about)}`;
  return ["## After a quiet spell", paragraph(text), table(head, rows)].join("\n\n");
}

function startSection({ about, milliseconds, ratio, cpuMilliseconds, cpuRatio, loaded }) {
  const gateway = milliseconds["gateway-jwt"];
  const { reference } = milliseconds;
  const range = ({ median, least, most }) => `${short(median)} ms (${short(least)}-${short(most)})`;
  const files = Object.values(loaded).reduce((sum, count) => sum + count, 0);
  const largest = Object.entries(loaded)
    .slice(0, 8)
    .map(([name, count]) => `${name} ${count}`);
  const text = `From the start of the process to its first answer, built and in production: ${range(gateway)}. A process
    that imports Apollo Server, type-graphql, got and Fastify and answers one query takes ${range(reference)}: the
    gateway's is ${ratio.toFixed(2)} times that. It takes ${range(cpuMilliseconds["gateway-jwt"])} of CPU,
    ${cpuRatio.toFixed(2)} times as much. It has loaded ${short(files)} files by then, most of them of
    ${largest.join(", ")}. ${measuredOn(about)}`;
  return ["## Start", paragraph(text)].join("\n\n");
}

/** By the name of the run. */
export const sections = { rates: ratesSection, memory: memorySection, idle: idleSection, start: startSection };
