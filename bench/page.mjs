import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { chart } from "./chart.mjs";
import { paragraph } from "./markdown.mjs";
import { goalsSection } from "./page-goals.mjs";
import { growthSection } from "./page-growth.mjs";
import { memoryHolders } from "./page-memory.mjs";
import { sections } from "./page-runs.mjs";
import { summaryOf, tableText } from "./page-table.mjs";
import { timeSection } from "./page-time.mjs";

/** docs/performance.md and its picture, made of what results/ holds. */

const results = new URL("results/", import.meta.url);
const pageFile = new URL("../docs/performance.md", import.meta.url);
const chartFile = new URL("../docs/images/performance.svg", import.meta.url);

/** Gives the page and the picture. Runs that were never kept have no section. */
export async function renderPage() {
  const kept = await readResults();
  const { table, memory } = kept;
  const parts = [
    "# Performance",
    paragraph(`What a request costs in this gateway, beside what a team would write by hand for the same three
      operations. \`npm run bench\` measures it and writes this page; nothing on it is typed by hand but the words, and
      what was looked into once: where the time goes.
      \`bench/README.md\` says how to run it, and what it measures.`),
    aboutText(table),
    "![Microseconds of CPU for one request](images/performance.svg)",
    "## Side by side",
    paragraph(caveats),
    tableText(table),
    ...Object.entries(kept)
      .filter(([name]) => name.startsWith("table-node-"))
      .map(([, other]) => otherNode(other)),
    ...Object.entries(sections)
      .filter(([name]) => name in kept)
      .map(([name, section]) => section(kept[name])),
    goalsSection(kept),
    timeSection(),
    memoryHolders(),
    growthSection(table, memory),
  ];
  return { page: `${parts.join("\n\n")}\n`, picture: chart(table) };
}

export async function writePage() {
  const { page, picture } = await renderPage();
  await mkdir(new URL(".", chartFile), { recursive: true });
  await writeFile(chartFile, picture);
  await writeFile(pageFile, page);
}

async function readResults() {
  const names = (await readdir(results)).filter((name) => name.endsWith(".json")).sort();
  const read = async (name) => [
    name.slice(0, -".json".length),
    JSON.parse(await readFile(new URL(name, results), "utf8")),
  ];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

const caveats = `Each server does the same work and gives the same answers, which are compared with what they should be,
  as are the calls to the upstream; 32 requests are in flight, each of another user. The peers check no caller, limit
  nothing and write no log. AUTH_MODE=none stands against them; AUTH_MODE=jwt is how users run it: in production,
  with 500 callers whose JWTs (HS256) are verified, an audit line and an access line for each request into a pipe that
  is read, and all limits on. Two of them are raised: RATE_LIMIT_USER=1000000, for no person asks a thousand times a
  minute, and SHED_EVENT_LOOP_DELAY_MS=5000, for a machine that is busy with other things. Reused
  tokens are those of 500 users who come again (TOKEN_REUSE_SECONDS=300; the peers have an LRU cache). CPU is that of
  the whole process, all its threads and the system's work for it. Take differences under 5 % for noise.`;

function aboutText({ about, length }) {
  const { command, date, node, machine, versions } = about;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return paragraph(`Measured on ${date} by \`${command}\`: Node.js ${node}, Linux ${machine.linux}, ${machine.cores}
    cores of ${machine.processor}, ${machine.memoryGb} GB, load average ${machine.loadBefore} before the start;
    ${packages.join(", ")}. Medians of ${length.rounds} interleaved rounds of ${length.sampleMs / 1_000} s, each after a
    warm-up; in brackets the least and the most. Ratios compare samples of the same round.`);
}

function otherNode({ about, samples }) {
  const major = about.node.split(".", 1)[0];
  return [
    `## On Node.js ${major}`,
    paragraph(`The same with servers on Node.js ${about.node}, measured on ${about.date}.`),
    summaryOf(samples),
  ].join("\n\n");
}
