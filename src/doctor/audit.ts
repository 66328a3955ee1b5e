import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import type { AuditSettings } from "../audit/trail.js";
import { reasons } from "../errors/reasons.js";
import type { Clock } from "../system/clock.js";
import { inTime } from "../system/in-time.js";
import { fileErrorCode } from "../system/regular-file.js";
import { type Check, type Row, row } from "./check.js";

const scope = "audit";

/** Less of a disk than this will not last. */
const leastFreeShare = 0.05;

export interface AuditTools {
  readonly clock: Pick<Clock, "after">;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** Whether the audit could be written now. Nothing is written, and no lock is taken. */
export async function auditChecks(audit: AuditSettings | undefined, tools: AuditTools): Promise<Check[]> {
  if (!audit) return [];
  const { file, socket, isRequired } = audit;
  const looks: readonly [string, string | undefined, (check: Row, path: string) => Promise<Check>][] = [
    ["AUDIT_FILE", file, fileCheck],
    ["AUDIT_SOCKET", socket, socketCheck],
  ];
  const checks = looks.flatMap(([name, path, look]) =>
    path === undefined ? [] : [outcomeOf(row(scope, name), (check) => look(check, path), isRequired, tools)],
  );
  return Promise.all(checks);
}

/** Where the audit is required, what keeps it away keeps the gateway from working. */
async function outcomeOf(
  check: Row,
  look: (check: Row) => Promise<Check>,
  isRequired: boolean,
  { clock, timeoutMs }: AuditTools,
): Promise<Check> {
  try {
    return await inTime(look(check), timeoutMs, clock);
  } catch (error) {
    const code = fileErrorCode(error) ?? "timeout";
    return check[isRequired ? "fail" : "warn"](`cannot be written (${code})`, adviceFor(code));
  }
}

function adviceFor(code: string): string {
  if (code === "ECONNREFUSED" || code === "ENOTSOCK") return reasons["nobody reads"].todo;
  if (code === "ENOENT" || code === "ENOTDIR") return "make the folder, or check the path";
  return code === "timeout" ? reasons.timeout.todo : reasons["not writable"].todo;
}

async function fileCheck(check: Row, path: string): Promise<Check> {
  const folder = dirname(path);
  // The dot asks for a folder, whoever may write whatever is there.
  await access(`${folder}/.`, constants.W_OK);
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isDirectory() || facts?.isSocket()) {
    return check.fail("is no file", "name a file; a socket belongs into AUDIT_SOCKET");
  }
  if (facts) await access(path, constants.W_OK);
  if (facts && !facts.isFile()) return check.ok("a pipe or a device");
  const { bavail, blocks } = await statfs(folder);
  const free = blocks === 0 ? 1 : bavail / blocks;
  const text = `${Math.round(free * 100)} % of its disk are free`;
  return free < leastFreeShare ? check.warn(text, reasons.ENOSPC.todo) : check.ok(text);
}

function socketCheck(check: Row, path: string): Promise<Check> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(check.ok("somebody listens"));
    });
    socket.once("error", reject);
  });
}
