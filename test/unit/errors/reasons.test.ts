import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { credentialReasons, reasonSections, reasons } from "../../../src/errors/reasons.js";
import { troubleshootingPage } from "../../support/generate/troubleshooting.js";

test("docs/troubleshooting.md is current (npm run generate)", () => {
  const page = readFileSync(new URL("../../../docs/troubleshooting.md", import.meta.url), "utf8");
  expect(page).toBe(troubleshootingPage());
});

test("every reason stands in one section of the page", () => {
  expect(reasonSections.flatMap(([, names]) => names)).toEqual(Object.keys(reasons));
});

test("the reasons of refused credentials are known to metrics", () => {
  expect(reasonSections).toContainEqual(["Credentials", credentialReasons]);
  expect(credentialReasons).toContain("unknown scheme");
});
