import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../", import.meta.url));
// The tool's own CommonJS build: its ESM build pulls in packages that jest cannot link.
const { generate, loadCodegenConfig } = createRequire(import.meta.url)("@graphql-codegen/cli");

test("what codegen.yml generates is current (npm run generate)", async () => {
  const { config } = await loadCodegenConfig({ configFilePath: `${root}codegen.yml` });
  const outputs: { filename: string; content: string }[] = await generate(
    { ...config, silent: true, cwd: root },
    false,
  );
  expect(outputs.map(({ filename }) => filename.replace(root, "")).sort()).toContain("schema/introspection.json");
  for (const { filename, content } of outputs) {
    expect(await readFile(filename.startsWith("/") ? filename : `${root}${filename}`, "utf8")).toBe(content);
  }
}, 60_000);
