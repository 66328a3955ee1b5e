import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (name: string) => readFileSync(root + name, "utf8");
const manifest = JSON.parse(textOf("package.json"));

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix?: { readonly node?: readonly number[] } };
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = ".github/workflows";
const workflows = readdirSync(root + folder).map((name): [string, Workflow] => [
  name,
  parse(textOf(`${folder}/${name}`)),
]);
const jobs = workflows.flatMap(([, workflow]) => Object.values(workflow.jobs));
const commands = jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

/** The versions of Node.js in words, as the documents have them. */
function inWords(majors: readonly number[]): string {
  return `Node.js ${majors.slice(0, -1).join(", ")} and ${majors.at(-1)}`;
}

describe.each(workflows)("%s", (name, workflow) => {
  test("takes every action by its full hash, and says which version that is", () => {
    const used = textOf(`${folder}/${name}`).match(/^.*\buses:.*$/gm) ?? [];
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((line) => !/^ +- uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test("may only read, but for jobs that say what they write", () => {
    expect([{}, { contents: "read" }]).toContainEqual(workflow.permissions);
  });
});

test("the workflows name scripts that exist", () => {
  const named = commands.flatMap((text) => [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script));
  expect(named).toContain("test:e2e");
  expect(named.filter((script) => !(String(script) in manifest.scripts))).toEqual([]);
});

test("an action is of one version wherever it is used", () => {
  const used = jobs.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  const names = new Set(used.map((one) => one.split("@")[0]));
  expect(new Set(used).size).toBe(names.size);
});

describe("the versions of Node.js", () => {
  const [tested = []] = jobs.flatMap(({ strategy }) => (strategy?.matrix?.node ? [strategy.matrix.node] : []));
  const [least, ...others] = tested;

  test("in CI are those that are promised", () => {
    expect(manifest.engines.node).toMatch(new RegExp(`^>=${least}\\.`));
    expect(textOf(".nvmrc").trim()).toBe(String(least));
  });

  test("in CI are those of test:node-versions", () => {
    const names = Object.keys(JSON.parse(textOf("test/node-versions/package.json")).optionalDependencies);
    expect([...new Set(names.map((name) => Number(name.split("-")[1])))]).toEqual(others);
  });

  test.each(["CONTRIBUTING.md", "SECURITY.md", "docs/tested.md"])("in %s are the same", (name) => {
    expect(textOf(name).replace(/\s+/g, " ")).toContain(inWords(tested));
  });
});

describe("Dependabot", () => {
  const { updates } = parse(textOf(".github/dependabot.yml"));
  const ofNpm = updates.find((update: { "package-ecosystem": string }) => update["package-ecosystem"] === "npm");
  const watched: string[] = ofNpm.directories;

  test("looks into every folder of packages", () => {
    const patterns = watched.map((path) => new RegExp(`^${path.replaceAll("*", "[^/]+")}$`));
    const folders = execFileSync("git", ["ls-files", "package.json", "*/package.json"], { cwd: root, encoding: "utf8" })
      .trim()
      .split("\n")
      // What stands in for a package has none of its own.
      .filter((path) => !path.includes("/stubs/"))
      .map((path) => `/${dirname(path)}`.replace("/.", "/"));
    expect(folders).toContain("/bench");
    expect(folders.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  });
});

test.each(["bug.yml", "feature.yml"])("the form %s asks for what each field needs", (name) => {
  const { body, description } = parse(textOf(`.github/ISSUE_TEMPLATE/${name}`));
  expect(description).toMatch(/\.$/);
  const fields = body.filter(({ type }: { type: string }) => type !== "markdown");
  expect(fields.length).toBeGreaterThan(2);
  for (const { id, attributes } of fields) expect([typeof id, typeof attributes.label]).toEqual(["string", "string"]);
});
