import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { saidIn, scriptedOutlet, testSink, verdictOn } from "../../support/audit.js";
import { turns } from "../../support/moody-amity.js";

/** What verify says of a text. */
async function verdictOnText(text: string, key?: string) {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  try {
    await writeFile(join(folder, "audit"), text);
    return await verdictOn(join(folder, "audit"), key);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function gate() {
  let open = () => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

describe("a sink", () => {
  test("writes lines that come together at once, in order", async () => {
    const { outlet, take } = await testSink();
    await Promise.all(["a", "b", "c", "d"].map(take));
    expect(saidIn(outlet.text)).toEqual(["a", "b", "c", "d"]);
    expect(outlet.writes).toHaveLength(2);
    expect(await verdictOnText(outlet.text)).toBe(4);
  });

  test("makes a chain with its key", async () => {
    const { outlet, take } = await testSink({ key: "canary-audit-key" });
    await take("a");
    await take("b");
    expect(await verdictOnText(outlet.text, "canary-audit-key")).toBe(2);
    expect(await verdictOnText(outlet.text, "another")).toHaveLength(1);
    expect(await verdictOnText(outlet.text)).toHaveLength(1);
  });

  test("gives up a line after its patience", async () => {
    const { outlet, take, clock, told } = await testSink();
    outlet.gate = gate().closed;
    const [flying, waiting] = [take("a"), take("b")];
    clock.advance(249);
    expect(told).toEqual([]);
    clock.advance(1);
    expect([await flying, await waiting]).toEqual([false, false]);
    expect(told).toEqual(["down: timeout", "1 lost"]);
    expect(await take("c")).toBe(false);
  });

  test("gives each line the same patience", async () => {
    const { outlet, take, clock, told } = await testSink();
    await take("a");
    clock.advance(200);
    outlet.gate = gate().closed;
    const late = take("b");
    clock.advance(249);
    expect(told).toEqual(["1 written"]);
    clock.advance(1);
    expect(await late).toBe(false);
  });

  test("that was stalled tells what is missing", async () => {
    const { outlet, take, clock, told } = await testSink();
    const { closed, open } = gate();
    outlet.gate = closed;
    const lost = [take("a"), take("b")];
    clock.advance(250);
    await Promise.all(lost);
    open();
    await turns(10);
    expect(await take("c")).toBe(true);
    expect(saidIn(outlet.text)).toEqual(["a", "lines are missing here", "c"]);
    expect(told).toContain("back: 0 lost");
    expect(await verdictOnText(outlet.text)).toBe(3);
  });

  test("that is full comes back by itself", async () => {
    const { outlet, take, clock, told } = await testSink();
    await take("a");
    outlet.full = { reason: "ENOSPC", after: 0 };
    const lost = take("b");
    await turns(5);
    clock.advance(0);
    await turns(10);
    expect(await lost).toBe(false);
    expect(told).toEqual(["1 written", "down: ENOSPC", "1 lost"]);
    clock.advance(500);
    await turns(10);
    outlet.full = undefined;
    clock.advance(500);
    await turns(10);
    expect(told.at(-1)).toBe("back: 1 lost");
    expect(await take("c")).toBe(true);
    expect(saidIn(outlet.text)).toEqual(["a", "lines are missing here", "c"]);
    expect(await verdictOnText(outlet.text)).toBe(3);
  });

  test("tells the cause that it finds after a stall", async () => {
    const { outlet, take, clock, told } = await testSink();
    const { closed, open } = gate();
    outlet.gate = closed;
    outlet.full = { reason: "ENOSPC", after: 0 };
    const lost = take("a");
    clock.advance(250);
    open();
    expect(await lost).toBe(false);
    await turns(10);
    expect(told).toEqual(["down: timeout", "down: ENOSPC", "1 lost"]);
  });

  test.each([
    ["in a first line", 40, ["down: ENOSPC", "1 lost", "torn"]],
    ["in a later one", 250, []],
  ])("goes on after a part %s", async (_where, after) => {
    const { outlet, take, clock } = await testSink({ isRequired: false });
    outlet.full = { reason: "ENOSPC", after };
    const taken = ["a", "b", "c"].map(take);
    await turns(10);
    clock.advance(0);
    await turns(10);
    outlet.full = undefined;
    clock.advance(500);
    await turns(10);
    expect(await Promise.all(taken)).toEqual([true, true, true]);
    const parts = saidIn(outlet.text).filter((said) => typeof said === "string" && said.startsWith("{"));
    expect(parts.length).toBeGreaterThan(0);
    expect(await verdictOnText(outlet.text)).toBe(3);
  });

  test("goes on after a crash in the middle of a line", async () => {
    const before = scriptedOutlet();
    const { take } = await testSink({ outlet: before });
    await take("a");
    await take("b");
    const { outlet, told, take: takeMore } = await testSink({ outlet: scriptedOutlet(`${before.text}{"seq":3,"pre`) });
    await takeMore("c");
    expect(told[0]).toBe("torn");
    expect(saidIn(outlet.text)).toEqual(["a", "b", '{"seq":3,"pre', "c"]);
    expect(await verdictOnText(outlet.text)).toBe(3);
  });

  test("takes a line for whole that only lacks its end", async () => {
    const before = scriptedOutlet();
    await (await testSink({ outlet: before })).take("a");
    const { outlet, told, take } = await testSink({ outlet: scriptedOutlet(before.text.trimEnd()) });
    await take("b");
    expect([saidIn(outlet.text), told]).toEqual([["a", "b"], ["1 written"]]);
    expect(await verdictOnText(outlet.text)).toBe(2);
  });

  test("refuses what was written with another key", async () => {
    const before = scriptedOutlet();
    const { take } = await testSink({ outlet: before, key: "canary-audit-key" });
    await take("a");
    await take("b");
    await expect(testSink({ outlet: before, key: "another" })).rejects.toThrow("AUDIT_KEY");
  });

  test("that nobody waits for keeps lines until there is room", async () => {
    const { outlet, take, clock, told } = await testSink({ isRequired: false });
    outlet.closedBy = "nobody reads";
    outlet.full = { reason: "nobody reads", after: 0 };
    const taken = ["a", "b"].map(take);
    for (const ms of [0, 500, 500]) {
      await turns(10);
      clock.advance(ms);
    }
    await turns(10);
    outlet.closedBy = undefined;
    outlet.full = undefined;
    clock.advance(500);
    await turns(10);
    expect(await Promise.all(taken)).toEqual([true, true]);
    expect([saidIn(outlet.text), told]).toEqual([
      ["a", "b"],
      ["down: nobody reads", "2 written", "back: 0 lost"],
    ]);
  });

  test("that nobody waits for keeps a megabyte and counts the rest", async () => {
    const { outlet, take, told } = await testSink({ isRequired: false });
    const { closed, open } = gate();
    outlet.gate = closed;
    const taken = Array.from({ length: 1_200 }, () => take("x".repeat(1_000)));
    open();
    const lost = (await Promise.all(taken)).filter((isTaken) => !isTaken).length;
    expect(lost).toBeGreaterThan(100);
    expect(told.filter((one) => one === "1 lost")).toHaveLength(lost);
    await turns(40);
    expect(await verdictOnText(outlet.text)).toBe(1_200 - lost + 1);
  });

  test("opens anew before the next line", async () => {
    const { sink, outlet, take } = await testSink();
    await take("a");
    outlet.text = "";
    sink.reopen();
    await take("b");
    expect(outlet.text).toContain(`"seq":2,`);
    expect(await verdictOnText(outlet.text)).toBe(1);
  });

  test("writes what waits before it closes", async () => {
    const { sink, outlet, take } = await testSink({ isRequired: false });
    const { closed, open } = gate();
    outlet.gate = closed;
    void take("a");
    void take("b");
    const end = sink.close();
    open();
    await end;
    expect([saidIn(outlet.text), sink.end.seq]).toEqual([["a", "b"], 2]);
  });

  test("closes all the same while nothing can be written", async () => {
    const { sink, outlet, take, clock } = await testSink({ isRequired: false });
    outlet.gate = gate().closed;
    void take("a");
    const end = sink.close();
    clock.advance(1_000);
    await expect(end).resolves.toBeUndefined();
  });
});

describe("a stream's sink", () => {
  test("says that a part may have arrived", async () => {
    const { outlet, take, clock } = await testSink({ outlet: scriptedOutlet("", true), isRequired: false });
    await take("a");
    outlet.full = { reason: "nobody reads", after: undefined };
    const taken = take("b");
    await turns(10);
    outlet.full = undefined;
    clock.advance(0);
    await turns(10);
    expect(await taken).toBe(true);
    expect(outlet.text).toContain(`"torn":true`);
    expect(await verdictOnText(outlet.text)).toBe(2);
  });
});
