import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Change } from "../../../src/audit/outlet.js";
import { saidIn, scriptedOutlet, type TestSink, testSink, verdictOn } from "../../support/audit.js";
import { type TestClock, testClock } from "../../support/clock.js";
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
    await Promise.all(["a", "b", "c", "d"].map((what) => take(what)));
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

  test("that gives up answers all that fly, whatever their age", async () => {
    const { outlet, take, clock } = await testSink();
    const { closed, open } = gate();
    outlet.gate = closed;
    const first = take("a");
    const ages = [0, 50, 100].map((ms) => {
      clock.advance(ms);
      return take(`${ms}`);
    });
    outlet.gate = gate().closed;
    open();
    await turns(5);
    expect(outlet.writes).toHaveLength(2);
    clock.advance(150);
    expect(await Promise.all([first, ...ages])).toEqual([true, false, false, false]);
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
    expect(await lost).toBe(false);
    open();
    await turns(10);
    expect(told).toEqual(["down: timeout", "down: ENOSPC", "1 lost"]);
  });

  test.each([
    ["in a first line", 40, ["down: ENOSPC", "1 lost", "torn"]],
    ["in a later one", 250, []],
  ])("goes on after a part %s", async (_where, after) => {
    const { outlet, take, clock } = await testSink({ isRequired: false });
    outlet.full = { reason: "ENOSPC", after };
    const taken = ["a", "b", "c"].map((what) => take(what));
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
    const taken = ["a", "b"].map((what) => take(what));
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

  test("that nobody waits for is up while it writes what waited", async () => {
    const { outlet, take, clock, told } = await testSink({ isRequired: false });
    let { closed, open } = gate();
    outlet.gate = closed;
    for (let i = 0; i < 300; i++) void take("x".repeat(1_000));
    clock.advance(300);
    await turns(5);
    expect(told.splice(0)).toEqual(["down: timeout"]);
    for (let i = 0; i < 8; i++) {
      const openLast = open;
      ({ closed, open } = gate());
      outlet.gate = closed;
      openLast();
      await turns(5);
      clock.advance(200);
    }
    expect(told.filter((one) => one.startsWith("down"))).toEqual([]);
    expect(saidIn(outlet.text)).toHaveLength(300);
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

  test("begins what is empty with a line of its own", async () => {
    const { sink, outlet, take, told } = await testSink();
    sink.reopen();
    await turns(5);
    expect(outlet.text).toBe("");
    await take("a");
    outlet.text = "";
    sink.reopen();
    await turns(5);
    sink.reopen();
    await turns(5);
    expect(saidIn(outlet.text)).toEqual(["the audit goes on"]);
    const { end } = sink;
    const next = await testSink({ outlet: scriptedOutlet(outlet.text) });
    expect([next.sink.end, told]).toEqual([end, ["1 written", "1 written"]]);
  });

  test.each<Change>(["is gone", "is another file now", "was cut off"])("opens anew what %s", async (change) => {
    const { outlet, take, clock, told } = await testSink();
    await take("a");
    await take("b");
    outlet.change = change;
    outlet.text = outlet.text.slice(0, -20);
    clock.advance(1_000);
    await turns(5);
    expect(told.at(-1)).toBe(change);
    expect(await take("c")).toBe(true);
    expect(saidIn(outlet.text)).toEqual(["a", expect.stringMatching(/^\{"seq":2/), "c"]);
  });

  test("takes a line that was written while the process stood still", async () => {
    const clock = testClock();
    const atOnce = (run: () => void) => {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    };
    const after: TestClock["after"] = (ms, run) => (ms > 0 ? clock.after(ms, run) : atOnce(run));
    const { outlet, take, told } = await testSink({ clock: { ...clock, after } });
    const { closed, open } = gate();
    outlet.gate = closed;
    const taken = take("a");
    clock.advance(300);
    setImmediate(open);
    expect(await taken).toBe(true);
    expect(told).toEqual(["1 written"]);
  });

  test.each<[string, (test: TestSink) => void]>([
    ["when it is to open anew", ({ sink }) => sink.reopen()],
    [
      "when there is another",
      ({ outlet, clock }) => {
        outlet.change = "is another file now";
        clock.advance(750);
      },
    ],
  ])("leaves what is stalled %s", async (_when, change) => {
    const test = await testSink();
    const { outlet, take, clock } = test;
    outlet.gate = gate().closed;
    const lost = take("a");
    clock.advance(250);
    expect(await lost).toBe(false);
    change(test);
    await turns(5);
    outlet.gate = Promise.resolve();
    clock.advance(500);
    await turns(10);
    expect(await take("b")).toBe(true);
    expect(saidIn(outlet.text)).toEqual(["lines are missing here", "b"]);
  });

  test("that is only slow is left to end its write", async () => {
    const { sink, outlet, take } = await testSink();
    const { closed, open } = gate();
    outlet.gate = closed;
    const taken = take("a");
    sink.reopen();
    await turns(5);
    open();
    expect(await taken).toBe(true);
  });

  test("writes later of what is done already", async () => {
    const { outlet, take, clock, told } = await testSink();
    outlet.gate = gate().closed;
    const refused = [take("a", true), take("b"), take("c", true)];
    clock.advance(250);
    expect(await Promise.all(refused)).toEqual([false, false, false]);
    expect(await take("d", true)).toBe(false);
    expect(await take("e")).toBe(false);
    outlet.gate = Promise.resolve();
    outlet.breakOff();
    await turns(5);
    clock.advance(500);
    await turns(10);
    expect(saidIn(outlet.text)).toEqual(["lines are missing here", "a", "c", "d"]);
    expect(told.slice(-2)).toEqual(["3 written", "back: 2 lost"]);
  });

  test("that could not be opened tells its end when it can", async () => {
    const before = scriptedOutlet();
    await (await testSink({ outlet: before })).take("a");
    before.closedBy = "EACCES";
    const { opened, clock, sink } = await testSink({ outlet: before });
    await turns(5);
    expect(opened).toEqual([]);
    before.closedBy = undefined;
    clock.advance(500);
    await turns(5);
    expect(opened).toEqual([1]);
    sink.reopen();
    await turns(5);
    expect(opened).toEqual([1]);
  });

  test("counts what it lost and could not say", async () => {
    const { sink, outlet, take, clock } = await testSink({ isRequired: false });
    outlet.closedBy = "ENOSPC";
    sink.reopen();
    await turns(5);
    clock.advance(0);
    await turns(5);
    void take("a");
    void take("b");
    await sink.close();
    expect(sink.lost).toBe(2);
  });

  test("that is closed takes nothing", async () => {
    const { sink, take } = await testSink({ isRequired: false });
    await sink.close();
    expect(await take("a")).toBe(false);
  });

  test("begins what is empty before it closes", async () => {
    const { sink, outlet, take } = await testSink();
    await take("a");
    outlet.text = "";
    sink.reopen();
    await sink.close();
    expect(saidIn(outlet.text)).toEqual(["the audit goes on"]);
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
