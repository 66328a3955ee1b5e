import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { buildSchema, findBreakingChanges, findDangerousChanges } from "graphql";
import { buildGraphQLSchema, printedSchema } from "../../src/graphql/build-schema.js";
import { version } from "../../src/system/version.js";
import { schemaDocs } from "../support/generate/schema-docs.js";

const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

/** Each allowed change of the section "Unreleased": its kind and text, without the reason. */
function allowedChanges(changes: string): string[] {
  const unreleased = /^## Unreleased\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(changes)?.[1] ?? "";
  return [...unreleased.matchAll(/^- allowed: (.+) — .+$/gm)].map(([, change = ""]) => change);
}

/** What forbids this schema to follow the released one: nothing, or a text that says so. */
function objection(released: string, current: string, changes: string): string | undefined {
  const schemas = [buildSchema(released), buildSchema(current)] as const;
  const breaking = findBreakingChanges(...schemas).map(({ type, description }) => `${type} ${description}`);
  const allowed = allowedChanges(changes);
  const problems = [
    ...breaking.filter((change) => !allowed.includes(change)).map((change) => `- allowed: ${change} — <reason>`),
    ...allowed.filter((change) => !breaking.includes(change)).map((change) => `allows nothing: ${change}`),
  ];
  if (problems.length === 0) return undefined;
  const dangerous = findDangerousChanges(...schemas).map(
    ({ type, description }) => `dangerous: ${type} ${description}`,
  );
  return ["Undo each change, or allow it in schema/changes.md:", ...problems, ...dangerous].join("\n");
}

const released = "type Query { a: String b(x: Int): E } enum E { ONE }";
const broken = "type Query { b(x: Int): E } enum E { ONE TWO }";
const note = "## Unreleased\n\n- allowed: FIELD_REMOVED Query.a was removed. — nobody asked for it\n\n## 1.0.0\n";

describe("the schema", () => {
  test("breaks nothing that the last release promised", () => {
    expect(objection(file("schema/released.graphql"), printedSchema(), file("schema/changes.md"))).toBeUndefined();
  });

  test("has notes about this very version", () => {
    expect(file("schema/changes.md")).toContain(`\n## ${version}\n`);
  });

  test("has a page in docs that is current", () => {
    expect(file("docs/schema.md")).toBe(schemaDocs(buildGraphQLSchema()));
  });
});

describe("the gate for breaking changes", () => {
  test("names what breaks and what may", () => {
    expect(objection(released, broken, "## Unreleased\n")).toBe(
      [
        "Undo each change, or allow it in schema/changes.md:",
        "- allowed: FIELD_REMOVED Query.a was removed. — <reason>",
        "dangerous: VALUE_ADDED_TO_ENUM TWO was added to enum type E.",
      ].join("\n"),
    );
  });

  test("lets an allowed change pass", () => {
    expect(objection(released, broken, note)).toBeUndefined();
  });

  test("lets additions pass without a note", () => {
    expect(objection(released, `${released} type More { c: Int }`, "")).toBeUndefined();
  });

  test("refuses a note without a reason", () => {
    expect(objection(released, broken, note.replace(" — nobody asked for it", ""))).toMatch(/FIELD_REMOVED/);
  });

  test("refuses a note that allows nothing", () => {
    expect(objection(released, released, note)).toMatch(/allows nothing: FIELD_REMOVED/);
  });

  test("forgets the notes of earlier releases", () => {
    expect(objection(released, broken, note.replace("Unreleased", "0.9.0"))).toMatch(/FIELD_REMOVED/);
  });
});

describe("the page about a schema", () => {
  const page = schemaDocs(
    buildSchema(`
      """Asks."""
      type Query {
        """Finds
        one | all."""
        find(
          """How | many."""
          most: Int = 3
        ): [Thing!]!
      }
      """A thing."""
      type Thing {
        """Old."""
        a: Int @deprecated(reason: "b is better")
        """New."""
        b(x: Int!): Int!
      }
    `),
  );

  test.each([
    ["a root field and its type", "### Query.find\n\nFinds one | all. Gives [[Thing](#thing)!]!."],
    ["a default value and a cell's bar", "| `most` | Int = `3` | How \\| many. |"],
    ["a deprecation", "| `a` | Int | Old. **Deprecated:** b is better |"],
    ["arguments of other fields", "| `b(x: Int!)` | Int! | New. |"],
  ])("shows %s", (_name, text) => {
    expect(page).toContain(text);
  });

  test("leaves out chapters that would be empty", () => {
    expect(page.match(/^## .*/gm)).toEqual(["## Queries", "## Types"]);
  });
});
