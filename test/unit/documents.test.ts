import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../", import.meta.url));
const width = 120;

const names = [
  ...filesIn(".").filter((name) => name.endsWith(".md")),
  ...["bench", "docs", "docs/clients", "docs/contributing", "docs/decisions", "docs/example", "schema"].flatMap(
    (folder) =>
      filesIn(folder)
        .filter((name) => name.endsWith(".md"))
        .map((name) => `${folder}/${name}`),
  ),
];

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function textOf(name: string): string {
  return readFileSync(join(root, name), "utf8");
}

/** Without the blocks of code, whose lines are as long as they are. */
function proseOf(name: string): string {
  return textOf(name).replace(/^```.*?^```$/gms, "");
}

/** The first groups of all matches. */
function allOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, group = ""]) => group);
}

/** Those that GitHub makes from headings, and those set by hand. */
function anchorsOf(name: string): string[] {
  const headings = allOf(/^#+ (.*)$/gm, proseOf(name)).map((heading) => heading.toLowerCase());
  const made = headings.map((heading) => heading.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-"));
  return [...made, ...allOf(/<a id="([^"]+)">/g, textOf(name))];
}

function isThere(from: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? from : join(dirname(from), path);
  return existsSync(join(root, file)) && (anchor === undefined || anchorsOf(file).includes(anchor));
}

const scripts = Object.keys(JSON.parse(textOf("package.json")).scripts);

describe.each(names)("%s", (name) => {
  test("keeps its prose to the width", () => {
    const lines = proseOf(name).split("\n");
    expect(lines.filter((line) => line.length > width && !line.startsWith("|"))).toEqual([]);
  });

  test("links to files and headings that exist", () => {
    const links = allOf(/\]\(([^)]+)\)/g, proseOf(name)).filter((link) => !link.includes("://"));
    expect(links.filter((link) => !isThere(name, link))).toEqual([]);
  });

  test("names scripts that exist", () => {
    const named = allOf(/npm run (?:--silent )?([\w:-]+)/g, textOf(name));
    expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
  });
});

// Those on the pages about clients are paths of the reader's app.
test.each(names.filter((name) => !name.startsWith("docs/clients/")))("%s names paths that exist", (name) => {
  // A recipe names the files that it has written.
  const prose = proseOf(name).replace(/New,\s`.*`:$/gm, "");
  const paths = allOf(/`((?:bench|deploy|docs|schema|src|test)\/[\w./-]*)`/g, prose);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("README.md is of one screen", () => {
  expect(textOf("README.md").split("\n").length).toBeLessThanOrEqual(150);
});

describe("CONTRIBUTING.md", () => {
  const rows = allOf(/^\| (`.*?) \|/gm, textOf("CONTRIBUTING.md"));
  const placed = rows.flatMap((cell) => allOf(/`([^`]+)`/g, cell));

  test("places every folder and file of the sources", () => {
    const entries = readdirSync(join(root, "src")).map((name) => `src/${name}`);
    expect(placed.filter((path) => path.startsWith("src/")).sort()).toEqual(entries.sort());
  });

  test("places every folder of the tests", () => {
    const entries = readdirSync(join(root, "test")).map((name) => `test/${name}`);
    expect(placed).toEqual(expect.arrayContaining(entries));
  });

  test("tells what each check does", () => {
    const checks = ["lint", "typecheck", ...scripts.filter((script) => script.startsWith("test:"))];
    expect(placed).toEqual(expect.arrayContaining(checks.map((script) => `npm run ${script}`)));
  });
});

describe("the package", () => {
  const listed = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" }),
  );
  const packed: string[] = listed[0].files.map(({ path }: { path: string }) => path);
  const documents = packed.filter((path) => path.endsWith(".md"));

  test("has the pages for users", () => {
    const pages = names.filter((name) => name.startsWith("docs/"));
    expect(documents).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md", ...pages]));
  });

  test.each(documents)("has what %s links to", (name) => {
    const links = allOf(/\]\(([^)#]+)[^)]*\)/g, proseOf(name)).filter((link) => !link.includes("://"));
    const isPacked = (path: string) => packed.some((file) => file === path || file.startsWith(`${path}/`));
    expect(links.filter((link) => !isPacked(join(dirname(name), link)))).toEqual([]);
  });
});
