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

/**
 * By how much V8's heap may grow between two full collections, and what that comes to: MB resident at most in five
 * rounds of minting with AUTH_MODE=none, and how many times cheaper than Express 5 with axios a mint is. 2026-11-26.
 */
const growths = [
  ["four times what is alive, as V8 would have it", 184, 1.38],
  ["60 %, which `amity-graphql start` sets", 149, 1.41],
  ["30 %", 145, 1.32],
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
    paragraph(`That is with a heap that grows by 30 % between full collections. AUTH_MODE=jwt adds some 10 MB: verified
      tokens, callers' counts and the log. V8 would let a heap grow to four times what is alive on a machine with memory
      to spare, so \`start\` sets less, which costs collections:`),
    table(
      ["The heap may grow by", "resident at most, MB", "times cheaper than Express 5 + axios"],
      growths.map(([growth, mb, ratio]) => [growth, String(mb), ratio.toFixed(2)]),
    ),
    paragraph(`A smaller young generation (\`--max-semi-space-size=8\`) took 20 MB less before these levers, and cost a tenth of the
      CPU, for what dies young is copied more often then. Node.js 24 would let it grow to 64 MB three times, for 300 MB
      resident, and is told 16, as older versions have it. \`MALLOC_ARENA_MAX=2\` changes nothing.`),
    paragraph(`What is kept for callers is bounded. Documents: 700, and 12 MB. Verified tokens: 5,000, a kilobyte each.
      The counts of RATE_LIMIT_USER take 0.5 kB for each caller of the last minute, so 100,000 callers in one minute take
      47 MB, and give them back in the next. Metrics have no label that a caller chooses.`),
  ].join("\n\n");
}
