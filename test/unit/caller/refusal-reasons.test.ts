import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { refusalReasons } from "../../../src/caller/refusal-reasons.js";

const folder = new URL("../../../src/caller/", import.meta.url);

test("reasons for refused credentials are those that the code gives", () => {
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const given = texts.flatMap((text) =>
    [...text.matchAll(/InvalidCredential\(.*?"([^"]+)"\)/g)].map(([, reason]) => reason),
  );
  expect(given.length).toBeGreaterThan(0);
  expect(refusalReasons.filter((reason) => !reason.startsWith("ERR_")).sort()).toEqual([...new Set(given)].sort());
});
