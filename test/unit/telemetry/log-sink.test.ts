import { describe, expect, test } from "@jest/globals";
import { LogSink, type WriteBytes } from "../../../src/telemetry/log-sink.js";
import { createLogger, type LogFormat, lostLine } from "../../../src/telemetry/logger.js";
import { textLines } from "../../../src/telemetry/text-lines.js";
import { testClock } from "../../support/clock.js";

type Outlet = "open" | "stalled" | "ENOSPC" | "EPIPE" | "EIO";

/** A sink in front of an outlet that can be shut and opened; each write ends when the test says so. */
function sinkTo(first: Outlet, { most = Number.POSITIVE_INFINITY } = {}) {
  const clock = testClock();
  const complaints: string[] = [];
  const under: (() => void)[] = [];
  let outlet = first;
  let text = "";
  const write: WriteBytes = (bytes, done) => {
    under.push(() => {
      if (outlet === "stalled") return done(Object.assign(new Error(), { code: "EAGAIN" }), 0);
      if (outlet !== "open") return done(Object.assign(new Error(), { code: outlet }), 0);
      const written = Math.min(bytes.length, most);
      text += Buffer.from(bytes.subarray(0, written)).toString();
      done(null, written);
    });
  };
  const sink = new LogSink({
    write,
    clock,
    lostLine: (lines) => `lost ${lines}\n`,
    complain: (complaint) => complaints.push(complaint),
  });
  /** Ends every write under way, and those that follow from it. */
  const settle = () => {
    for (let end = under.shift(); end; end = under.shift()) end();
  };
  const pass = (ms: number) => {
    clock.advance(ms);
    settle();
  };
  const turn = (to: Outlet) => {
    outlet = to;
  };
  return { sink, clock, complaints, settle, pass, turn, text: () => text, under };
}

const kilobyte = `${"x".repeat(1_023)}\n`;

describe("a log sink", () => {
  test("writes lines in order, many at once", () => {
    const { sink, settle, text, under } = sinkTo("open");
    for (const line of ["a\n", "b\n", "c\n"]) sink.write(line);
    expect([under.length, text()]).toEqual([1, ""]);
    settle();
    expect(text()).toBe("a\nb\nc\n");
  });

  test("goes on where a write ended early", () => {
    const { sink, settle, text } = sinkTo("open", { most: 3 });
    sink.write("one line\n");
    sink.write("another line\n");
    settle();
    expect(text()).toBe("one line\nanother line\n");
  });

  test("keeps lines while a reader is slow", () => {
    const { sink, settle, pass, turn, text, complaints } = sinkTo("stalled");
    sink.write("a\n");
    sink.write("b\n");
    settle();
    turn("open");
    pass(50);
    expect([text(), sink.dropped, complaints]).toEqual(["a\nb\n", 0, []]);
  });

  test("keeps a megabyte, drops the rest and says where", () => {
    const { sink, settle, pass, turn, text, complaints } = sinkTo("stalled");
    for (let i = 0; i < 1_100; i++) sink.write(kilobyte);
    const { dropped } = sink;
    expect(dropped).toBeGreaterThanOrEqual(75);
    expect(complaints).toEqual([expect.stringContaining("nobody reads it")]);
    settle();
    turn("open");
    pass(50);
    expect(text()).toBe(`${kilobyte.repeat(1_100 - dropped)}lost ${dropped}\n`);
  });

  test("counts the audit's lines among those that could not be written", () => {
    const { sink, settle } = sinkTo("ENOSPC");
    sink.write("a\n", true);
    sink.write("b\n");
    sink.write("c\n", true);
    settle();
    sink.write("d\n", true);
    expect([sink.dropped, sink.droppedAudit]).toEqual([4, 3]);
  });

  test("counts the audit's lines among those that find no room", () => {
    const { sink } = sinkTo("stalled");
    while (sink.dropped === 0) sink.write(kilobyte);
    sink.write(kilobyte, true);
    expect([sink.dropped, sink.droppedAudit]).toEqual([2, 1]);
  });

  test("says where lines are missing among later ones", () => {
    const { sink, settle, pass, turn, text } = sinkTo("stalled");
    for (let i = 0; i < 1_100; i++) sink.write(kilobyte);
    const { dropped } = sink;
    settle();
    turn("open");
    pass(50);
    sink.write("later\n");
    settle();
    expect(text()).toMatch(new RegExp(`x\\nlost ${dropped}\\nlater\\n$`));
  });

  test.each<Outlet>(["ENOSPC", "EPIPE", "EIO"])("drops and counts lines while writing fails with %s", (code) => {
    const { sink, settle, pass, complaints } = sinkTo(code);
    for (let second = 0; second < 30; second++) {
      sink.write("a\n");
      settle();
      pass(1_000);
    }
    expect([sink.dropped, complaints.length]).toEqual([30, 1]);
    expect(complaints[0]).toBe(`the log cannot be written (${code}): lines are dropped and counted until it can be\n`);
  });

  test.each<Outlet>(["ENOSPC", "EPIPE"])("writes again by itself after %s", (code) => {
    const { sink, settle, pass, turn, text } = sinkTo(code);
    sink.write("a\n");
    settle();
    sink.write("b\n");
    pass(1_000);
    turn("open");
    pass(1_000);
    expect(text()).toBe("lost 2\n");
    sink.write("c\n");
    settle();
    expect([text(), sink.dropped]).toEqual(["lost 2\nc\n", 2]);
  });

  test("begins a new line after half a one", () => {
    const { sink, pass, turn, text, under } = sinkTo("open", { most: 3 });
    sink.write("abcdef\n");
    under.shift()?.();
    turn("ENOSPC");
    pass(0);
    turn("open");
    pass(1_000);
    expect(text()).toBe("abc\nlost 1\n");
  });

  test("counts what was written to it while it tried again", () => {
    const { sink, clock, settle, pass, turn, text, under } = sinkTo("EIO");
    sink.write("a\n");
    settle();
    clock.advance(1_000);
    sink.write("b\n");
    under.shift()?.();
    turn("open");
    pass(1_000);
    expect([text(), sink.dropped]).toEqual(["lost 2\n", 2]);
  });

  test("complains again of a later outage, a minute on", () => {
    const { sink, settle, pass, turn, complaints } = sinkTo("ENOSPC");
    for (const [waitMs, count] of [
      [1_000, 1],
      [60_000, 1],
      [0, 2],
    ] as const) {
      turn("ENOSPC");
      sink.write("a\n");
      settle();
      turn("open");
      pass(1_000);
      expect(complaints).toHaveLength(count);
      pass(waitMs);
    }
  });
});

describe("the end of a log sink", () => {
  test("waits for what is being written", async () => {
    const { sink, settle, text } = sinkTo("open");
    sink.write("a\n");
    sink.write("b\n");
    const closed = sink.close();
    settle();
    await closed;
    expect(text()).toBe("a\nb\n");
  });

  test("comes at once when there is nothing to write", async () => {
    await sinkTo("stalled").sink.close();
  });

  test("comes after a second when nobody reads, and is told", async () => {
    const { sink, pass, complaints } = sinkTo("stalled");
    sink.write("a\n");
    const ends: string[] = [];
    const closed = sink.close().then(() => ends.push("closed"));
    pass(999);
    await Promise.resolve();
    expect([ends, complaints]).toEqual([[], []]);
    pass(1);
    await closed;
    expect(complaints).toEqual(["the log ends early: nobody reads its last lines\n"]);
  });

  test.each<Outlet>(["ENOSPC", "stalled"])("is the end of all tries: %s", async (outlet) => {
    const { sink, settle, pass, clock, under } = sinkTo(outlet);
    sink.write("a\n");
    settle();
    const closed = sink.close();
    pass(1_000);
    await closed;
    settle();
    clock.advance(60_000);
    expect(under).toEqual([]);
  });

  test.each<Outlet>(["ENOSPC", "EPIPE"])("comes with the failure %s", async (code) => {
    const { sink, settle } = sinkTo(code);
    sink.write("a\n");
    const closed = sink.close();
    settle();
    await closed;
  });
});

describe("a line", () => {
  const formats: [string, LogFormat, RegExp][] = [
    ["JSON", "json", /^\{"level":50,.*"lines":3,"msg":"log lines are missing here: .*"\}\n$/],
    ["text", textLines(false), /^\[\d\d:\d\d:\d\d\] ERROR: log lines are missing here: .*\n {4}lines: 3\n$/],
  ];
  test.each(formats)("that others are missing is %s like the rest", (_name, format, pattern) => {
    expect(lostLine(format, 3)).toMatch(pattern);
  });

  test.each(formats)("of %s ends with a line end", (_name, format) => {
    const lines: string[] = [];
    const logger = createLogger("info", format, (line) => lines.push(line));
    logger.info({ a: 1 }, "text");
    logger.debug({}, "too much");
    expect(lines).toEqual([expect.stringMatching(/text(?:.|\n)*\n$/)]);
  });
});
