import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { hashOf, lostFields } from "../../../src/audit/chain.js";
import { ChainWriter } from "../../../src/audit/chain-writer.js";
import { verifyFiles } from "../../../src/audit/verify.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** So many lines of one chain. */
function chainOf(count: number, key?: string): string[] {
  const writer = new ChainWriter(key);
  const fields = Array.from({ length: count }, (_, i) => JSON.stringify({ time: "2026-01-01T00:00:00.000Z", who: i }));
  return writer.build(fields, false).bytes.toString().trimEnd().split("\n");
}

const lines = chainOf(6);

async function verdictOf(files: readonly (readonly string[])[], key?: string, head?: string) {
  const paths = files.map((_, index) => join(folder, `file-${index}`));
  await Promise.all(
    paths.map((path, index) => writeFile(path, files[index]?.map((line) => `${line}\n`).join("") ?? "")),
  );
  return verifyFiles(paths, { key, head });
}

/** Each finding as its line and its words. */
async function findingsIn(given: readonly string[], key?: string): Promise<string[]> {
  const { findings } = await verdictOf([given], key);
  return findings.map(({ line, problem }) => `${line} ${problem}`);
}

/** The lines with one in the place of another, or with none there. */
function withLine(index: number, ...others: string[]): string[] {
  return lines.toSpliced(index, 1, ...others);
}

const line = (index: number) => lines[index] ?? "";
const changed = (index: number) => line(index).replace('"who":', '"who":7');

describe("verify finds", () => {
  test.each<[string, string[], RegExp[]]>([
    ["a changed line", withLine(2, changed(2)), [/^4 does not hold the hash of the line before/]],
    ["a changed first line", withLine(0, changed(0)), [/^2 does not hold the hash/]],
    ["a changed hash", withLine(2, line(2).replace(/"previous":"./, '"previous":"0')), [/^3 does not/, /^4 does not/]],
    ["a line taken out", withLine(2), [/^3 has number 4 after 2: number 3 is missing here$/]],
    ["several taken out", lines.toSpliced(1, 3), [/^2 has number 5 after 1: numbers 2 to 4 are missing here$/]],
    [
      "lines that changed places",
      [line(0), line(2), line(1), line(3)],
      [/^2 has number 3 after 1/, /^3 has number 2 after 3: it stands/, /^4 has number 4 after 2/],
    ],
    ["a line twice", withLine(2, line(2), line(2)), [/^4 has number 3 after 3: it stands in the wrong place/]],
    ["a line put in", withLine(2, line(2).replace('"who":', '"who":7'), line(2)), [/^4 has number 3 after 3/]],
    ["what is no line", withLine(2, "none", line(2)), [/^3 is no line of the audit/]],
    ["an empty line", withLine(2, "", line(2)), [/^3 is no line of the audit/]],
    ["a line cut short", withLine(2, line(2).slice(0, -3)), [/^3 is no line/, /^4 has number 4 after 2/]],
    ["a part that nobody tells of", [...lines.slice(0, 3), '{"seq":4,"pr', line(3)], [/^4 is no line/]],
    ["other line ends", lines.map((one) => `${one}\r`), [/^2 does/, /^3 does/, /^4 does/, /^5 does/, /^6 does/]],
    ["a chain that begins anew", [...lines, ...lines], [/^7 begins another chain after number 6$/]],
    [
      "a first line of another chain",
      withLine(0, line(0).replace(/0{64}/, "1".repeat(64))),
      [/^1 is the first/, /^2 /],
    ],
  ])("%s", async (_what, given, expected) => {
    const findings = await findingsIn(given);
    expect(findings).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  test.each([
    ["the last line taken out", lines.slice(0, -1)],
    ["the last line changed", withLine(5, changed(5))],
    ["all but one taken out", lines.slice(0, 1)],
  ])("by the head, %s", async (_what, given) => {
    const head = hashOf(line(5), undefined);
    expect((await verdictOf([given], undefined, head)).headAt).toBeUndefined();
    expect((await verdictOf([lines], undefined, head)).headAt).toMatchObject({ line: 6, seq: 6 });
  });

  test("that a whole was written anew, when there is a key", async () => {
    const anew = chainOf(6);
    expect(await findingsIn(anew, "canary-audit-key")).toHaveLength(5);
    expect(await findingsIn(chainOf(6, "canary-audit-key"), "canary-audit-key")).toEqual([]);
  });
});

describe("of a part that a line tells of, verify", () => {
  /** A chain of four lines with so many bytes of the third before the third. */
  function torn(bytes: number): string[] {
    const fields = Array(2).fill('{"time":"2026-01-01T00:00:00.000Z"}');
    const writer = new ChainWriter(undefined);
    return [Number.POSITIVE_INFINITY, bytes, Number.POSITIVE_INFINITY].flatMap((most) => {
      const batch = writer.build(fields, false);
      writer.written(batch, Math.min(most, batch.bytes.length));
      return batch.bytes.subarray(0, most).toString().trim().split("\n");
    });
  }

  const given = torn(13);

  test("takes it", async () => {
    expect(await findingsIn(given)).toEqual([]);
  });

  test.each<[string, string[], RegExp[]]>([
    ["finds another in its place", given.with(2, '{"seq":3,"prE'), [/^3 is not the unfinished line/]],
    ["finds it longer", given.with(2, `${given[2]}e`), [/^3 is not the unfinished line/]],
    ["finds a second one", given.toSpliced(2, 0, "{"), [/^3 is not the unfinished line/]],
    ["finds that it was taken out", given.toSpliced(2, 1), [/^3 tells of an unfinished line before it/]],
    ["finds that a whole line was taken for it", given.toSpliced(1, 1), [/^3 has number 3 after 1/]],
  ])("%s", async (_what, lines, expected) => {
    expect(await findingsIn(lines)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  const next = `{"seq":3,"previous":"${hashOf(given[1] ?? "", undefined)}"`;
  const noPart = [/^3 is no line of the audit, and no part of the next one/];

  test.each<[string, string[], RegExp[]]>([
    ["one part", [next.slice(0, 30)], []],
    ["most of a line", [`${next},"time":"2026-01-01T00:00:00.000Z"`], []],
    ["two parts", [next.slice(0, 30), next.slice(0, 9)], []],
    ["lines of another number", [next.replace("3", "4")], noPart],
    ["a part of another line", [next.replace(/.{5}$/, '00000"')], noPart],
    ["JSON", ['{"time":"2026-01-01T00:00:00.000Z","who":"mallory"}'], noPart],
    ["an empty line", [""], noPart],
    ["a part and something else", [next.slice(0, 30), "else"], [/^4 is no line of the audit, and no part/]],
  ])("knows at the end %s", async (_what, rest, expected) => {
    expect(await findingsIn([...given.slice(0, 2), ...rest])).toEqual(
      expected.map((pattern) => expect.stringMatching(pattern)),
    );
  });

  test("says that one stands at the end", async () => {
    const { findings, unfinishedAt } = await verdictOf([given.slice(0, 3)]);
    expect([findings, unfinishedAt]).toEqual([[], { file: expect.any(String), line: 3 }]);
  });
});

describe("verify reads", () => {
  test("rotated files as one chain", async () => {
    const { findings, lines: count, first, end } = await verdictOf([lines.slice(0, 2), [], lines.slice(2)]);
    expect([findings, count, first, end.seq]).toEqual([[], 6, 1, 6]);
  });

  test("a later file alone", async () => {
    const { findings, first } = await verdictOf([lines.slice(2)]);
    expect([findings, first]).toEqual([[], 3]);
  });

  test("files in the wrong order as what they are", async () => {
    const { findings } = await verdictOf([lines.slice(2), lines.slice(0, 2)]);
    expect(findings).toEqual([
      { file: expect.stringMatching(/1$/), line: 1, problem: expect.stringMatching(/begins/) },
    ]);
  });

  test("nothing of what never ends a line", async () => {
    await writeFile(join(folder, "large"), "x".repeat(6_000_000));
    await expect(verifyFiles([join(folder, "large")], { key: undefined, head: undefined })).rejects.toThrow(
      "something",
    );
  });

  test("what the audit says is missing", async () => {
    const writer = new ChainWriter(undefined);
    const fields = [lostFields(0, 3), JSON.stringify({ time: "", who: 1 }), lostFields(0, 4)];
    const given = writer.build(fields, false).bytes.toString().trimEnd().split("\n");
    const { findings, lost } = await verdictOf([given]);
    expect(findings).toEqual([]);
    expect(lost).toEqual({
      lines: 7,
      told: [expect.objectContaining({ line: 1, lines: 3 }), expect.objectContaining({ line: 3, lines: 4 })],
    });
  });

  test("no more findings than anybody reads", async () => {
    const { findings, found } = await verdictOf([chainOf(200)], "another");
    expect([findings.length, found]).toEqual([20, 199]);
  });

  test("many lines", async () => {
    const { findings, lines: count } = await verdictOf([chainOf(20_000)]);
    expect([findings, count]).toEqual([[], 20_000]);
  });
});
