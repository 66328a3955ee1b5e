import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "@jest/globals";

const path = "/usr/bin/openssl";
const isMissing = !existsSync(path) && process.env["REQUIRE_SYSTEM_PROGRAMS"] !== "1";

/** A test with Debian's openssl. Without it it is skipped and listed so; REQUIRE_SYSTEM_PROGRAMS=1 lets it fail. */
export const testWithOpenssl = isMissing ? test.skip : test;

/** What `openssl dgst -sha256 -hmac` says of each message, in lower-case hexadecimal digits. */
export async function hmacsByOpenssl(secret: string, messages: readonly string[]): Promise<string[]> {
  const cwd = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  try {
    const names = messages.map((_, index) => String(index));
    await Promise.all(names.map((name, index) => writeFile(join(cwd, name), messages[index] ?? "")));
    const output = execFileSync(path, ["dgst", "-sha256", "-hmac", secret, ...names], { cwd, encoding: "utf8" });
    return output
      .trim()
      .split("\n")
      .map((line) => line.slice(line.lastIndexOf(" ") + 1));
  } finally {
    await rm(cwd, { recursive: true });
  }
}
