import { execFile } from "node:child_process";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { LoadMonitor } from "../../src/server/shedding.js";
import { silentLogger } from "../../src/telemetry/logger.js";

/** Fills the heap a little at a time, with what stays, until the monitor says stop; then lets go of it. */
const filling = `
  import { LoadMonitor } from "./dist/server/shedding.js";
  const load = new LoadMonitor(0, {
    warn: ({ limit }) => console.log("refused:", limit),
    info: (_fields, message) => console.log(message),
  });
  load.start();
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let kept = [];
  while (!load.overload) {
    for (let i = 0; i < 1_000; i++) kept.push({ i, text: "x" + i, list: [i] });
    await pause(1);
  }
  kept = undefined;
  console.log("full");
  while (load.overload) await pause(100);
  console.log("free");
  process.exit();
`;

test.each([
  ["--max-old-space-size=64", ""],
  ["--max-old-space-size=256", ""],
  ["--max-old-space-size=128", "--max-semi-space-size=64"],
  ["--max-semi-space-size=64", "--max-old-space-size=128"],
])("a heap under %s %s sheds before its end, and recovers by itself", async (flag, option) => {
  const args = [flag, "--input-type=module", "--eval", filling];
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  const env = { NODE_OPTIONS: option };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
  expect(stdout).toBe("refused: heap\nfull\noperations are taken again\nfree\n");
});

test("a loop that stands still for less than is allowed is not late", async () => {
  const load = new LoadMonitor(30_000, silentLogger);
  load.start();
  try {
    for (let blocks = 0; blocks < 3; blocks++) {
      for (const end = performance.now() + 1_200; performance.now() < end; );
      await sleep(1);
      expect(load.overload).toBeUndefined();
    }
  } finally {
    load.stop();
  }
});

test("a loop that turns late after a calm time is noticed, and forgotten when it is calm again", async () => {
  const load = new LoadMonitor(100, silentLogger);
  load.start();
  try {
    await sleep(2_000);
    for (let blocks = 0; blocks < 10 && load.overload === undefined; blocks++) {
      for (const end = performance.now() + 300; performance.now() < end; );
      await setImmediate();
    }
    expect(load.overload).toBe("eventLoopDelay");
    while (load.overload !== undefined) await sleep(100);
  } finally {
    load.stop();
  }
}, 30_000);
