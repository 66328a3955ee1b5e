import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The benchmark is JavaScript, which has no types. */
function load(name: string) {
  return import(`${root}bench/${name}.mjs`);
}

const { renderPage } = await load("page");
const { readArguments } = await load("arguments");
const { checkAnswer, requestFor } = await load("requests");
const { operations } = await load("operations");

describe("docs/performance.md", () => {
  test.each([
    ["page", "docs/performance.md"],
    ["picture", "docs/images/performance.svg"],
  ])("has the %s that the kept results make", async (part, file) => {
    expect(readFileSync(`${root}${file}`, "utf8")).toBe((await renderPage())[part]);
  });
});

describe("The benchmark's command line", () => {
  test("means the whole table when it is empty", () => {
    const wanted = readArguments([]);
    expect(wanted).toMatchObject({ run: "table", isQuick: false, isWhole: true });
    expect(wanted.operationNames).toEqual(Object.keys(operations));
  });

  test("keeps nothing of a part of the table", () => {
    const parts = [["--quick"], ["--only", "minted"], ["--with", "gateway-none"]];
    expect(parts.map((argv) => readArguments(argv).isWhole)).toEqual([false, false, false]);
  });

  test.each([
    [["--quik"], "no option --quik; did you mean --quick?"],
    [["--only", "mintd"], 'no operation "mintd"; did you mean minted?'],
    [["--with", "gateway"], 'no candidate "gateway": express-axios'],
    [["--node", "21"], 'no Node.js to try "21": 20, 22, 24'],
    [["--only"], "Option '--only <value>' argument missing"],
    [["minted"], "Unexpected argument 'minted'"],
    [["--rates", "--idle"], "--rates and --idle are two runs: give one"],
    [["--memory", "--only", "minted"], "--only is for the table, not for --memory"],
    [["--check", "--with", "bare-got"], "--with is for the table alone, not for --check"],
    [["--accept", "--quick"], "--accept takes the whole table"],
  ])("refuses %j in words", (argv, words) => {
    expect(() => readArguments(argv)).toThrow(words);
  });
});

describe("The benchmark's check of answers", () => {
  const { minted } = operations;
  const alice = { id: "alice" };
  const life = (issuedAt: number, ms: number) => ({
    issuedAt: new Date(issuedAt).toISOString(),
    expiresAt: new Date(issuedAt + ms).toISOString(),
    refreshAfter: new Date(issuedAt + 0.8 * ms).toISOString(),
  });
  const answerTo = (user: object, ms = 600_000) => ({
    ...minted.expected(user),
    times: undefined,
    ...life(Date.now(), ms),
  });
  const check =
    (answer: object, rest: object = {}) =>
    () =>
      checkAnswer(minted, "graphql", alice, JSON.stringify({ data: { authToken: answer }, ...rest }));

  test("accepts the right one", () => {
    expect(check(answerTo(alice))).not.toThrow();
  });

  test.each([
    ["of another user", check(answerTo({ id: "bob" }))],
    ["that lives too long", check(answerTo(alice, 3_600_000))],
    ["with an error beside it", check(answerTo(alice), { errors: [{}] })],
  ])("refuses one %s", (_what, refused) => {
    expect(refused).toThrow("it answers");
  });

  test("marks each request by what only its user is given", () => {
    const markerOf = (speaks: string, user: object) => requestFor(minted, speaks)(user).marker;
    expect(markerOf("rest", alice)).toBe(markerOf("graphql", alice));
    expect(markerOf("rest", alice)).not.toBe(markerOf("rest", { id: "bob" }));
  });
});
