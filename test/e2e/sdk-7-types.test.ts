import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, jest, test } from "@jest/globals";

const project = fileURLToPath(new URL("../consumers/sdk-7/", import.meta.url));
const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

jest.setTimeout(120_000); // the SDK's declarations are many

test("what the pages show compiles with the types of SDK 7.20.0", async () => {
  const output = await promisify(execFile)(process.execPath, [tsc, "-p", project]).then(
    () => "",
    ({ stdout }) => String(stdout),
  );
  expect(output).toBe("");
});
