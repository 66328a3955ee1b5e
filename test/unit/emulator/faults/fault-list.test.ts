import { describe, expect, test } from "@jest/globals";
import { type FaultInput, parseFaults, type RequestFault } from "../../../../src/emulator/faults/fault.js";
import { FaultList } from "../../../../src/emulator/faults/fault-list.js";
import type { RouteKind } from "../../../../src/emulator/route-kind.js";

function listOf(...faults: FaultInput[]): FaultList {
  return new FaultList(parseFaults(faults) as RequestFault[]);
}

function kinds(list: FaultList, ...ofRoute: readonly RouteKind[]): string[] {
  return list.take(ofRoute).map(({ kind }) => kind);
}

describe("a list of faults", () => {
  test("gives the first that decides, after the latencies before it", () => {
    const list = listOf({ kind: "latency", ms: 1 }, { kind: "latency", ms: 2 }, { kind: "hang" }, { kind: "truncate" });
    expect(kinds(list)).toEqual(["latency", "latency", "hang"]);
  });

  test("meets only the route of a fault", () => {
    const list = listOf({ kind: "hang", route: "token" }, { kind: "truncate", route: "session" }, { kind: "nonJson" });
    expect([kinds(list, "token"), kinds(list, "session"), kinds(list)]).toEqual([["hang"], ["truncate"], ["nonJson"]]);
  });

  test("meets a route by any of its kinds", () => {
    const list = listOf({ kind: "hang", route: "revocation" }, { kind: "truncate", route: "session" });
    expect([kinds(list, "session", "revocation"), kinds(list, "session", "visitor")]).toEqual([["hang"], ["truncate"]]);
  });

  test("lets a fault end after its times, and the next take over", () => {
    const list = listOf({ kind: "hang", times: 2 }, { kind: "nonJson", times: 1 });
    expect([kinds(list), kinds(list), kinds(list), kinds(list)]).toEqual([["hang"], ["hang"], ["nonJson"], []]);
  });

  test("spends no time of a fault on another route", () => {
    const list = listOf({ kind: "hang", route: "token", times: 1 });
    expect([kinds(list, "session"), kinds(list, "token")]).toEqual([[], ["hang"]]);
  });

  test("counts anew when it is replaced", () => {
    const list = listOf({ kind: "hang", times: 1 });
    kinds(list);
    list.replace(parseFaults([{ kind: "nonJson", times: 1 }]) as RequestFault[]);
    expect([kinds(list), kinds(list)]).toEqual([["nonJson"], []]);
  });
});
