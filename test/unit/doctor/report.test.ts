import { describe, expect, test } from "@jest/globals";
import { row } from "../../../src/doctor/check.js";
import { jsonOf, tableOf } from "../../../src/doctor/report.js";

const checks = [
  row("config", "settings").ok("no problems"),
  row("EU", "clock").warn("late", "wind it"),
  row("callers", "AUTH_MODE").fail("bad", "better it"),
];

describe("the doctor's report", () => {
  test("is a table with advice and a summary", () => {
    expect(tableOf(checks, false)).toBe(
      [
        "OK    config   settings   no problems",
        "WARN  EU       clock      late",
        "      What to do: wind it",
        "FAIL  callers  AUTH_MODE  bad",
        "      What to do: better it",
        "",
        "Something has to be done: 1 OK, 1 warning, 1 failure",
        "",
      ].join("\n"),
    );
  });

  test("colours nothing but the marks", () => {
    const esc = "\u001b";
    const text = tableOf(checks, true);
    expect(text).toContain(`${esc}[32mOK  ${esc}[0m  config`);
    expect(text).toContain(`${esc}[33mWARN${esc}[0m  EU`);
    expect(text).toContain(`${esc}[31mFAIL${esc}[0m  callers`);
    expect(text.split(esc)).toHaveLength(1 + 2 * checks.length);
  });

  test("lets no text steer the terminal", () => {
    const text = tableOf([row("EU\u0007", "clock\r").warn("\u001b[2Jgone\n", "\u009b1m")], false);
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  test("is one JSON document for programs", () => {
    expect(JSON.parse(jsonOf(checks))).toEqual({ ok: false, checks });
    expect(JSON.parse(jsonOf(checks.slice(0, 2)))).toMatchObject({ ok: true });
  });

  test("is a summary alone without checks", () => {
    expect(tableOf([], false)).toBe("\nNothing fails: 0 OK, 0 warnings, 0 failures\n");
  });
});
