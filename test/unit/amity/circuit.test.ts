import { describe, expect, test } from "@jest/globals";
import { Circuit, type Passage, type RegionHealth, type Verdict } from "../../../src/amity/circuit.js";
import { systemClock } from "../../../src/system/clock.js";
import { chanceOf } from "../../support/chance.js";
import { testClock } from "../../support/clock.js";

function circuitWithClock() {
  const clock = testClock();
  const heard: RegionHealth[] = [];
  const circuit = new Circuit(clock, (health) => heard.push(health));
  const call = (verdict: Verdict, times = 1) => {
    for (let i = 0; i < times; i++) circuit.enter().end(verdict);
  };
  return { circuit, clock, heard, call };
}

const stayAway = (retryAfterSeconds: number) =>
  expect.objectContaining({ code: "UPSTREAM_UNAVAILABLE", details: { reason: "circuit open", retryAfterSeconds } });

describe("a circuit", () => {
  test.each<[string, [Verdict, number][], RegionHealth]>([
    ["opens at twenty failures", [["failure", 20]], "unavailable"],
    ["stays closed below twenty calls", [["failure", 19]], "available"],
    [
      "stays closed at half of the calls",
      [
        ["success", 10],
        ["failure", 10],
      ],
      "available",
    ],
    [
      "opens beyond half of the calls",
      [
        ["success", 10],
        ["failure", 11],
      ],
      "unavailable",
    ],
    [
      "takes what says nothing for no call",
      [
        ["nothing", 100],
        ["failure", 19],
      ],
      "available",
    ],
    [
      "opens however many calls say nothing",
      [
        ["nothing", 100],
        ["failure", 20],
      ],
      "unavailable",
    ],
  ])("%s", (_what, verdicts, health) => {
    const { circuit, call } = circuitWithClock();
    for (const [verdict, times] of verdicts) call(verdict, times);
    expect(circuit.health).toBe(health);
  });

  test.each<[number, RegionHealth]>([
    [9_999, "unavailable"],
    [10_000, "available"],
  ])("after %i ms of failures before is %s", (ms, health) => {
    const { circuit, clock, call } = circuitWithClock();
    call("failure", 19);
    clock.advance(ms);
    call("failure");
    expect(circuit.health).toBe(health);
  });

  test("that is open tells how long to stay away", () => {
    const { circuit, clock, call } = circuitWithClock();
    call("failure", 20);
    expect(() => circuit.enter()).toThrow(stayAway(5));
    clock.advance(4_001);
    expect(() => circuit.enter()).toThrow(stayAway(1));
    clock.advance(999);
    expect(circuit.enter().isTrial).toBe(true);
  });

  test("lets calls pass that are no trial while it is closed", () => {
    const { circuit, clock, call } = circuitWithClock();
    expect(circuit.enter().isTrial).toBe(false);
    call("failure", 20);
    clock.advance(5_000);
    call("success");
    expect(circuit.enter().isTrial).toBe(false);
  });

  test("becomes degraded by itself, and says so once", () => {
    const { circuit, clock, heard, call } = circuitWithClock();
    call("failure", 20);
    clock.advance(4_999);
    expect([circuit.health, heard]).toEqual(["unavailable", ["unavailable"]]);
    clock.advance(1);
    clock.advance(3_600_000);
    expect([circuit.health, heard]).toEqual(["degraded", ["unavailable", "degraded"]]);
  });

  test("lets one trial pass and refuses all others", () => {
    const { circuit, clock, call } = circuitWithClock();
    call("failure", 20);
    clock.advance(5_000);
    const trial = circuit.enter();
    expect([trial.isTrial, circuit.health]).toEqual([true, "degraded"]);
    expect(() => circuit.enter()).toThrow(stayAway(1));
    clock.advance(3_600_000);
    expect(() => circuit.enter()).toThrow(stayAway(1));
  });

  test.each<[Verdict, RegionHealth[]]>([
    ["success", ["available"]],
    ["failure", ["unavailable", "degraded"]],
    ["nothing", ["unavailable", "degraded"]],
  ])("whose trial ends in %s becomes %j", (verdict, healths) => {
    const { circuit, clock, heard, call } = circuitWithClock();
    call("failure", 20);
    clock.advance(5_000);
    const trial = circuit.enter();
    clock.advance(1_000);
    trial.end(verdict);
    clock.advance(4_999);
    expect(circuit.health).toBe(healths[0]);
    clock.advance(1);
    expect(heard.slice(2)).toEqual(healths);
  });

  test("begins to count anew when it closes", () => {
    const { circuit, clock, call } = circuitWithClock();
    call("failure", 20);
    clock.advance(5_000);
    call("success");
    call("failure", 19);
    expect(circuit.health).toBe("available");
  });

  test.each<[string, (circuit: ReturnType<typeof circuitWithClock>) => void, RegionHealth]>([
    ["while it is open", () => {}, "unavailable"],
    ["during its trial", ({ circuit, clock }) => [clock.advance(5_000), circuit.enter()], "degraded"],
    ["after its recovery", ({ call, clock }) => [clock.advance(5_000), call("success")], "available"],
  ])("takes no late verdict %s", (_when, goOn, health) => {
    const scene = circuitWithClock();
    const late = Array.from({ length: 100 }, () => scene.circuit.enter());
    scene.call("failure", 20);
    goOn(scene);
    for (const [index, passage] of late.entries()) passage.end(index % 3 === 0 ? "success" : "failure");
    expect(scene.circuit.health).toBe(health);
  });

  test("takes a trial's verdict once", () => {
    const { circuit, clock, call } = circuitWithClock();
    call("failure", 20);
    clock.advance(5_000);
    const trial = circuit.enter();
    trial.end("success");
    trial.end("failure");
    expect(circuit.health).toBe("available");
  });

  test("that has stopped tells nothing and leaves no timer", () => {
    const { circuit, clock, heard, call } = circuitWithClock();
    call("failure", 20);
    circuit.stop();
    expect(clock.pending()).toBe(0);
    clock.advance(5_000);
    expect(heard).toEqual(["unavailable"]);
  });
});

test("a circuit that is open keeps no process alive", () => {
  const circuit = new Circuit(systemClock, () => {});
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  for (let i = 0; i < 20; i++) circuit.enter().end("failure");
  expect([circuit.health, timers()]).toEqual(["unavailable", before]);
  circuit.stop();
});

/** What the circuit promises, by a list of all that was ever seen in place of counters, timers and states. */
class Model {
  #begunAt = 0;
  #seen: { readonly second: number; readonly failed: boolean }[] = [];
  #openUntil: number | undefined;
  #trial: number | undefined;

  health(now: number): RegionHealth {
    if (this.#openUntil === undefined) return "available";
    return now < this.#openUntil ? "unavailable" : "degraded";
  }

  mayPass(now: number): boolean {
    return this.health(now) !== "unavailable" && this.#trial === undefined;
  }

  begin(call: number, now: number): void {
    if (this.health(now) === "degraded") this.#trial = call;
  }

  end(call: number, verdict: Verdict, now: number): void {
    if (call === this.#trial) {
      this.#trial = undefined;
      this.#seen = [];
      this.#begunAt = call + 1;
      this.#openUntil = verdict === "success" ? undefined : now + 5_000;
    } else if (this.#openUntil === undefined && call >= this.#begunAt && verdict !== "nothing") {
      const second = Math.floor(now / 1_000);
      this.#seen.push({ second, failed: verdict === "failure" });
      const recent = this.#seen.filter((one) => one.second > second - 10);
      const failures = recent.filter(({ failed }) => failed).length;
      if (verdict === "failure" && recent.length >= 20 && 2 * failures > recent.length) this.#openUntil = now + 5_000;
    }
  }
}

function entering(circuit: Circuit): Passage | undefined {
  try {
    return circuit.enter();
  } catch {
    return undefined;
  }
}

/** Calls that overlap at random: where the circuit first differs from its model, and how often it changed. */
function compare(seed: number): { readonly differs?: string; readonly changes: number } {
  const { circuit, clock, heard } = circuitWithClock();
  const model = new Model();
  const chance = chanceOf(seed);
  const failing = chance();
  const passages = new Map<number, Passage>();
  for (let call = 0; call < 1_000; call++) {
    clock.advance(Math.floor(chance() ** 4 * 3_000));
    const now = clock.elapsed();
    const passage = entering(circuit);
    if ((passage !== undefined) !== model.mayPass(now)) return { differs: `at call ${call}: may it pass?`, changes: 0 };
    if (passage) {
      model.begin(call, now);
      passages.set(call, passage);
    }
    for (const [begun, passage] of passages) {
      if (chance() > 0.3) continue;
      passages.delete(begun);
      const verdict = chance() < 0.1 ? "nothing" : chance() < failing ? "failure" : "success";
      passage.end(verdict);
      model.end(begun, verdict, now);
      if (circuit.health !== model.health(now)) return { differs: `at call ${call}: health`, changes: 0 };
    }
    if ((heard.at(-1) ?? "available") !== circuit.health) return { differs: `at call ${call}: told`, changes: 0 };
  }
  return { changes: heard.length };
}

test("a circuit does as its model, whatever overlaps", () => {
  const compared = Array.from({ length: 30 }, (_, seed) => ({ seed, ...compare(seed) }));
  expect(compared.filter(({ differs }) => differs)).toEqual([]);
  expect(compared.filter(({ changes }) => changes > 10).length).toBeGreaterThan(10);
});
