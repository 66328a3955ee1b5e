import { parseArgs } from "node:util";
import { likely } from "../dist/system/likely.js";
import { base, candidates } from "./candidates.mjs";
import { operations } from "./operations.mjs";

/** What the command line asks for. */

export const usage = `npm run bench -- [run] [options]

Runs, one at a time; without any, the table of all operations and candidates, for docs/performance.md:
  --check         the table, and fails where a ratio is 15 % or more below baseline.json
  --accept        the table, whose ratios become baseline.json
  --rates         latency at 500 and 1,000 requests a second over an upstream of 20 ms, and the highest rate that holds
  --memory        resident memory over 1,000,000 requests with 100,000 documents and 100,000 users
  --idle          a burst after 46 s without traffic against a warm one
  --start         from the start of the process to its first answer

Options:
  --quick         shorter, and nothing is written: of use where differences are large
  --only NAME     one operation of the table, or several: ${Object.keys(operations).join(", ")}
  --with NAME     one candidate beside ${base}, or several:
                  ${Object.keys(candidates).join(", ")}
  --node MAJOR    servers run on that Node.js, which npm's package "node" installs apart: 20, 22, 24
  --help          this text`;

const runs = ["check", "accept", "rates", "memory", "idle", "start"];

const options = {
  ...Object.fromEntries(runs.map((name) => [name, { type: "boolean" }])),
  quick: { type: "boolean" },
  only: { type: "string", multiple: true },
  with: { type: "string", multiple: true },
  node: { type: "string" },
  help: { type: "boolean", short: "h" },
};

const nodeMajors = ["20", "22", "24"];

/** Whoever called it must be told what is wrong with the command line. */
export class UsageError extends Error {}

/** Gives `run`, `isQuick`, `operationNames`, `candidateNames`, `nodeMajor`, or `{ help: true }`. Throws UsageError. */
export function readArguments(argv) {
  const values = parse(argv);
  if (values.help) return { help: true };
  const [run = "table", other] = runs.filter((name) => values[name]);
  if (other) throw new UsageError(`--${run} and --${other} are two runs: give one`);
  const isTable = ["table", "check", "accept"].includes(run);
  if (values.only && !isTable) throw new UsageError(`--only is for the table, not for --${run}`);
  if (values.with && (!isTable || run !== "table"))
    throw new UsageError(`--with is for the table alone, not for --${run}`);
  if (run === "accept" && (values.only || values.quick || values.node))
    throw new UsageError("--accept takes the whole table, with this Node.js");
  for (const name of values.only ?? []) mustBeOneOf(Object.keys(operations), name, "operation");
  for (const name of values.with ?? []) mustBeOneOf(Object.keys(candidates), name, "candidate");
  if (values.node !== undefined) mustBeOneOf(nodeMajors, values.node, "Node.js to try");
  return {
    run,
    isQuick: values.quick ?? false,
    operationNames: values.only ?? Object.keys(operations).filter((name) => !values.quick || name !== "minted-tls"),
    candidateNames: Object.keys(candidates).filter(
      (name) => !values.with || name === base || values.with.includes(name),
    ),
    isWhole: !values.only && !values.with && !values.quick,
    nodeMajor: values.node,
  };
}

function parse(argv) {
  try {
    return parseArgs({ args: argv, options }).values;
  } catch (error) {
    const [, name] = /'--?([\w-]+)/.exec(error.message) ?? [];
    const meant = name && !(name in options) && likely(name, Object.keys(options));
    throw new UsageError(meant ? `no option --${name}; did you mean --${meant}?` : error.message.split(". ", 1)[0]);
  }
}

function mustBeOneOf(names, name, kind) {
  if (names.includes(name)) return;
  const meant = likely(name, names);
  throw new UsageError(
    `no ${kind} ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : `: ${names.join(", ")}`}`,
  );
}
