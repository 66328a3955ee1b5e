import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "@jest/globals";

const path = "/usr/bin/promtool";
const isMissing = !existsSync(path) && process.env["REQUIRE_SYSTEM_PROGRAMS"] !== "1";

/** A test with Debian's promtool. Without it it is skipped and listed so; REQUIRE_SYSTEM_PROGRAMS=1 lets it fail. */
export const testWithPromtool = isMissing ? test.skip : test;

/** Runs it; rejects what it finds wrong, in its words. */
export function promtool(...args: readonly string[]): void {
  const { error, status, stdout, stderr } = spawnSync(path, args, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(stdout + stderr);
}

/** What Prometheus' own linter has to say of metrics: nothing of those that keep its conventions. */
export function lintMetrics(text: string): string {
  const { error, stdout, stderr } = spawnSync(path, ["check", "metrics"], { input: text, encoding: "utf8" });
  if (error) throw error;
  return stdout + stderr;
}
