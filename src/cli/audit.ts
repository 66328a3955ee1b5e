import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { hashOf, isHash } from "../audit/chain.js";
import { NotOurs } from "../audit/outlet.js";
import { tailOf } from "../audit/tail.js";
import { type Place, type Verdict, verifyFiles } from "../audit/verify.js";
import { readAuditKey } from "../config/audit.js";
import { type Env, Reader } from "../config/reader.js";
import { readSettingFiles } from "../config/setting-files.js";
import { fileErrorCode } from "../system/regular-file.js";
import { exitCodes } from "./exit-codes.js";
import { usage } from "./usage.js";

const help = `Usage: amity-graphql audit verify FILE [FILE...] [--head HASH]
       amity-graphql audit head FILE

verify follows the chain of an audit file: it finds lines that were changed, moved, put in or taken out. Several files
are one chain, in their order, as rotation leaves them: the oldest first. head prints the hash of the last line.

  --head HASH   a line's hash, from audit head or the line of the log that says "audit closed": finds that the end was cut
  -h, --help    print this text

AUDIT_KEY or AUDIT_KEY_FILE, from the environment or .env, must be what the audit was written with.
Exit codes: 0 the chain holds, 1 it does not, or a file cannot be read, 64 wrong arguments, 78 an unusable AUDIT_KEY.
`;

const options = { head: { type: "string" }, help: { type: "boolean", short: "h" } } as const;

/** Gives the exit code: 0, 1, 64 for a wrong command line, 78 for an unusable key. */
export async function auditCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const [action, ...files] = positionals;
  const head = values.head?.toLowerCase();
  const [file] = files;
  if (action !== "verify" && action !== "head") return usage("audit needs one of verify, head", "audit");
  if (file === undefined) return usage(`audit ${action} needs a FILE`, "audit");
  if (action === "head" && (files.length > 1 || head !== undefined)) return usage("audit head needs one FILE", "audit");
  if (head !== undefined && !isHash(head)) return usage("--head must be a hash of 64 hexadecimal digits", "audit");
  const { key, problems } = await keyIn(env);
  if (problems.length > 0) {
    process.stderr.write(problems.map((problem) => `amity-graphql: ${problem}\n`).join(""));
    return exitCodes.configuration;
  }
  try {
    return action === "head" ? await printHead(file, key) : await printVerdict(files, key, head);
  } catch (error) {
    const problem = error instanceof NotOurs ? error.problem : `cannot be read (${fileErrorCode(error) ?? "unknown"})`;
    if (!(error instanceof NotOurs) && fileErrorCode(error) === undefined) throw error;
    process.stderr.write(`amity-graphql: ${files.join(" or ")} ${problem}\n`);
    return exitCodes.failure;
  }
}

async function keyIn(env: Env): Promise<{ key: string | undefined; problems: readonly string[] }> {
  const { AUDIT_KEY, AUDIT_KEY_FILE } = env;
  const own = { AUDIT_KEY, AUDIT_KEY_FILE };
  const reader = new Reader(own, await readSettingFiles(own));
  return { key: readAuditKey(reader), problems: reader.problems };
}

async function printHead(path: string, key: string | undefined): Promise<number> {
  const file = await open(path);
  try {
    const { lines, rest } = await tailOf(file, (await file.stat()).size);
    const last = lines.at(-1);
    if (last === undefined) return say("there is no line in it", exitCodes.failure);
    if (rest.length > 0) process.stderr.write("amity-graphql: an unfinished line stands behind it\n");
    return say(hashOf(last, key), exitCodes.ok);
  } finally {
    await file.close();
  }
}

async function printVerdict(
  files: readonly string[],
  key: string | undefined,
  head: string | undefined,
): Promise<number> {
  const verdict = await verifyFiles(files, { key, head });
  const problems = [...problemsOf(verdict), ...cutOf(verdict, head)];
  for (const lost of lostOf(verdict)) say(lost);
  for (const problem of problems) say(problem);
  if (problems.length > 0) return say("The chain does not hold.", exitCodes.failure);
  const { lines, first, end, headAt, unfinishedAt } = verdict;
  if (unfinishedAt) say(`${text(unfinishedAt)} is unfinished: a crash's, or it is being written`);
  say(`The chain holds: ${lines} line${lines === 1 ? "" : "s"}, numbers ${first} to ${end.seq}.`);
  if (first !== 1) say(`What was before number ${first} is in other files.`);
  if (headAt) say(`The line of --head is number ${headAt.seq}, ${text(headAt)}.`);
  if (key === undefined) say("There is no AUDIT_KEY: whoever wrote everything anew is not found.");
  return say(`Last hash: ${end.head}`, exitCodes.ok);
}

function problemsOf({ findings, found, lines }: Verdict): string[] {
  const told = findings.map((finding) => `${text(finding)} ${finding.problem}`);
  const more = found - told.length;
  return [...told, ...(more > 0 ? [`${more} more findings`] : []), ...(lines === 0 ? ["There is no line."] : [])];
}

/** What could not be written, and was said: the chain holds all the same. */
function lostOf({ lost: { lines, told } }: Verdict): string[] {
  if (lines === 0) return [];
  return [
    ...told.map((lost) => `${text(lost)} says that ${linesOf(lost.lines)} missing there`),
    `The audit says that ${linesOf(lines)} missing in all: they could not be written.`,
  ];
}

function linesOf(count: number): string {
  return count === 1 ? "1 line is" : `${count} lines are`;
}

function cutOf({ headAt }: Verdict, head: string | undefined): string[] {
  return head === undefined || headAt ? [] : ["No line has the hash of --head: the end was cut off or changed."];
}

function text({ file, line }: Place): string {
  return `${file} line ${line}`;
}

function say<T extends number>(line: string, code?: T): T;
function say(line: string, code?: number): number | undefined {
  process.stdout.write(`${line}\n`);
  return code;
}
