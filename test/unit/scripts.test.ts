import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/** The npm scripts that CI runs, in their order. */
const commands = [...readFileSync(`${root}.ci/run`, "utf8").matchAll(/^npm (?:run )?([\w:-]+)/gm)]
  .map(([, name = ""]) => name)
  .filter((name) => name !== "ci");

/** The folders whose tests jest runs. */
const suites = readdirSync(`${root}test`).filter((folder) =>
  readdirSync(`${root}test/${folder}`, { recursive: true, encoding: "utf8" }).some((name) =>
    /^(?!node_modules\/).*\.test\.ts$/.test(name),
  ),
);

describe("CI", () => {
  test("runs the tests of every folder", () => {
    const text = commands.map((name) => scripts[name]).join("\n");
    expect(suites).toContain("unit");
    expect(suites.filter((folder) => !text.includes(`test/${folder}`))).toEqual([]);
  });

  test("ends with the README's test command", () => {
    expect(readFileSync(`${root}README.md`, "utf8")).toContain("npm ci && npm test\n");
    expect(commands.at(-1)).toBe("test");
  });
});
