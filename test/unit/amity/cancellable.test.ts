import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { cancellable } from "../../../src/amity/cancellable.js";

/** A wait, with what it can end by. */
function begin(signal: AbortSignal | undefined) {
  let tidied = 0;
  let settle = { resolve: (_value: string) => {}, reject: (_error: unknown) => {} };
  const wait = cancellable<string>(signal, (resolve, reject) => {
    settle = { resolve, reject };
    return () => tidied++;
  });
  const outcome = wait.catch((error) => error.code ?? error.message);
  return {
    outcome,
    tidied: () => tidied,
    resolve: () => settle.resolve("done"),
    fail: () => settle.reject(new Error("failed")),
  };
}

describe("a wait that can be cancelled", () => {
  test.each<[string, (wait: ReturnType<typeof begin>, cancel: () => void) => void]>([
    ["done", ({ resolve }) => resolve()],
    ["failed", ({ fail }) => fail()],
    ["CANCELLED", (_wait, cancel) => cancel()],
  ])("ends as %s and leaves nothing", async (outcome, end) => {
    const gone = new AbortController();
    const wait = begin(gone.signal);
    end(wait, () => gone.abort());
    expect(await wait.outcome).toBe(outcome);
    expect([wait.tidied(), getEventListeners(gone.signal, "abort").length]).toEqual([1, 0]);
  });

  test("is not begun for who has left", async () => {
    const wait = begin(AbortSignal.abort());
    expect([await wait.outcome, wait.tidied()]).toEqual(["CANCELLED", 0]);
  });

  test("needs no signal", async () => {
    const wait = begin(undefined);
    wait.resolve();
    expect([await wait.outcome, wait.tidied()]).toEqual(["done", 1]);
  });
});
