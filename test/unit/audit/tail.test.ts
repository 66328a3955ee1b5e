import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ChainWriter } from "../../../src/audit/chain-writer.js";
import { tailOf } from "../../../src/audit/tail.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** How a file with this in it ends, and the chain of a gateway that begins with it. */
async function endOf(bytes: string | Buffer) {
  await writeFile(join(folder, "audit"), bytes);
  const file = await open(join(folder, "audit"));
  try {
    const found = await tailOf(file, Buffer.byteLength(bytes));
    const chain = new ChainWriter(undefined);
    chain.goOnAfter(found, false);
    return { ...found, rest: Buffer.from(found.rest).toString(), seq: chain.end.seq };
  } finally {
    await file.close();
  }
}

const fieldsOf = (who: string) => JSON.stringify({ time: "2026-01-01T00:00:00.000Z", who });

/** Whole lines, then parts of lines of so many bytes, then lines again. */
function textOf(before: number, parts: readonly number[], after: number, who = "alice"): string {
  const writer = new ChainWriter(undefined);
  const write = (count: number, most = Number.POSITIVE_INFINITY) => {
    if (count === 0) return "";
    const batch = writer.build(Array<string>(count).fill(fieldsOf(who)), false);
    writer.written(batch, Math.min(most, batch.bytes.length));
    return batch.bytes.subarray(0, most).toString();
  };
  return write(before) + parts.map((bytes) => write(1, bytes)).join("") + write(after);
}

describe("the end of a file is found", () => {
  test.each<[string, string, { seq: number; rest?: string; isMidLine?: boolean }]>([
    ["of one line", textOf(1, [], 0), { seq: 1 }],
    ["of several lines", textOf(9, [], 0), { seq: 9 }],
    ["of nothing", "", { seq: 0 }],
    ["after a part", textOf(2, [14], 1), { seq: 3 }],
    ["after a part, far from its beginning", textOf(8_000, [14], 1), { seq: 8_001 }],
    ["after two parts, far from its beginning", textOf(8_000, [14, 15], 1), { seq: 8_001 }],
    ["with a part", textOf(2, [14], 0), { seq: 2, rest: '{"seq":3,"prev', isMidLine: true }],
    ["with two parts", textOf(2, [14, 14], 0), { seq: 2, isMidLine: true }],
    ["in a part of the first line", textOf(0, [12], 0), { seq: 0, rest: '{"seq":1,"pr', isMidLine: true }],
    ["in two parts of the first line", textOf(0, [12, 12], 0), { seq: 0, rest: '{"seq":1,"pr\n{"seq":1,"p' }],
    ["in most of the first line", textOf(0, [120], 0), { seq: 0, isMidLine: true }],
    ["in a part of a rotated file's first", '{"seq":57,"prev', { seq: 0, rest: '{"seq":57,"prev', isMidLine: true }],
    ["beyond ASCII", textOf(2, [], 0, "Zoë😀"), { seq: 2, rest: "" }],
    ["beyond ASCII, with a part", `${textOf(2, [], 0, "Zoë😀")}{"seq":3`, { seq: 2, rest: '{"seq":3' }],
  ])("%s", async (_what, text, expected) => {
    expect(await endOf(text)).toMatchObject(expected);
  });

  test("behind a character of which half was written", async () => {
    const bytes = Buffer.from(textOf(1, [], 0) + textOf(0, [200], 0, "ü".repeat(200)));
    const cut = bytes.subarray(0, bytes.indexOf("ü") + 1);
    const line = textOf(1, [], 1).split("\n")[1] ?? "";
    const { rest, lines } = await endOf(Buffer.concat([cut, Buffer.from(`\n${line}\n{"se`)]));
    expect([rest, lines]).toEqual(['{"se', [line]]);
  });

  test.each([
    ["a log of something else", "a log of something else\n"],
    ["JSON of another kind", '{"seq":"x"}\n'],
    ["large", "no line\n".repeat(200_000)],
    ["empty lines and a word", "\n\nword"],
  ])("not in what is none: %s", async (_what, text) => {
    await expect(endOf(text)).rejects.toThrow("holds something else than an audit");
  });
});

test("another key is refused as often as it is tried", () => {
  const lines = textOf(2, [], 0).trimEnd().split("\n");
  const chain = new ChainWriter("canary-audit-key");
  for (let i = 0; i < 2; i++) {
    const open = () => chain.goOnAfter({ lines, rest: new Uint8Array(), isMidLine: false, isForeign: false }, false);
    expect(open).toThrow("another AUDIT_KEY");
  }
});

test("a chain that is known goes on in whatever lies there", async () => {
  const chain = new ChainWriter(undefined);
  chain.goOnAfter({ lines: [], rest: new Uint8Array(), isMidLine: false, isForeign: false }, false);
  await writeFile(join(folder, "audit"), "a log of something else");
  const file = await open(join(folder, "audit"));
  chain.goOnAfter(await tailOf(file, 23), false);
  await file.close();
  expect(chain.build([fieldsOf("alice")], false).bytes.toString()).toMatch(/^\n\{"seq":1,/);
});
