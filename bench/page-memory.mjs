import { paragraph, table } from "./markdown.mjs";

/**
 * What holds the memory of a process that mints tokens, 32 requests in flight, with AUTH_MODE=none and 30,000 requests
 * behind it, every tenth of them with a new document (Node.js 20). From /proc/PID/smaps and node:v8, by hand, on
 * 2026-11-26. Megabytes.
 */
const holders = [
  ["Node.js's own program, of which all its processes on a machine share one copy", 45],
  ["what is alive in V8's heap, some 22 of it code and texts of packages", 35],
  ["what the heap may grow by before all of it is collected again, and gaps in it", 14],
  ["the young generation, in which requests live and die", 34],
  ["memory outside the heap: OpenSSL, the HTTP parser, threads that collect garbage and look names up", 20],
  ["machine code, libraries, and the rest", 5],
];

/** The same with other settings, before zod and the compilers of Fastify's schemas were no longer loaded. */
const settings = [
  ["as V8 would have it", 260],
  ["MALLOC_ARENA_MAX=2", 248],
  ["`--no-memory-reducer`", 262],
  ["`--max-old-space-size=96`", 161],
  ["`--heap-growing-percent=30`, which `amity-graphql start` sets", 162],
  ["the same and `--max-semi-space-size=8`", 143],
];

/** Words for what the run of the benchmark cannot tell. */
export function memoryHolders() {
  return [
    "## What holds the memory",
    paragraph(`Most of it is not the gateway's own. With AUTH_MODE=none, after 30,000 tokens:`),
    table(
      ["", "MB"],
      holders.map(([what, mb]) => [what, String(mb)]),
    ),
    paragraph(`AUTH_MODE=jwt adds some 10 MB: verified tokens, callers' counts and the log. V8 lets a heap grow to four
      times what is alive on a machine with memory to spare, and it was garbage, up to 110 MB of it, that took the process
      to 260 MB. So \`start\` tells V8 to collect all of it each time it has grown by 30 %. A smaller young generation
      would take the rest to the goal of 150 MB, and costs a tenth of the CPU, for what dies young is then copied more
      often; who is short of memory can have it. By hand, on 2026-11-26, on a machine that was busy with other things:`),
    table(
      ["before 9 MB of packages were no longer loaded", "resident, MB"],
      settings.map(([what, mb]) => [what, String(mb)]),
    ),
    paragraph(`What is kept for callers is bounded. Documents: 700, and 12 MB. Verified tokens: 5,000, a kilobyte each.
      The counts of RATE_LIMIT_USER take 0.5 kB for each caller of the last minute, so 100,000 callers in one minute take
      47 MB, and give them back in the next. Metrics have no label that a caller chooses.`),
  ].join("\n\n");
}
