import { existsSync } from "node:fs";
import { describe } from "@jest/globals";

/**
 * Tests that need these files of Debian's packages. Without them they are skipped and listed so;
 * REQUIRE_SYSTEM_PROGRAMS=1 lets them fail instead.
 */
export function describeWith(...paths: readonly string[]): typeof describe {
  const isComplete = paths.every((path) => existsSync(path)) || process.env["REQUIRE_SYSTEM_PROGRAMS"] === "1";
  return (isComplete ? describe : describe.skip) as typeof describe;
}
