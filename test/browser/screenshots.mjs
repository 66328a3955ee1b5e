// Makes the pictures in docs/images: each page at 1280 and 390 pixels, in light and dark, from a gateway with its
// embedded emulator on port 4000. pngquant, where it is installed, makes them a third of the size.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { loadConfig, silentLogger, startGateway } from "../../dist/app.js";

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));

/** What is done on a page before it is taken: an example whose answer is the same each time. */
async function runRegions(page) {
  const choice = page.getByLabel("Open operation");
  await page.locator(".graphiql-query-editor .CodeMirror").waitFor();
  await ((await choice.isVisible())
    ? choice.selectOption({ label: "Regions" })
    : page.getByRole("tab", { name: "Regions", exact: true }).click());
  await page.locator(".graphiql-execute-button").click();
  await page.locator(".graphiql-response").getByText('"AVAILABLE"').first().waitFor();
  await page.mouse.move(0, 0);
  // GraphiQL's tooltip goes a moment after the pointer.
  await page.getByRole("tooltip").waitFor({ state: "hidden" });
}

const pages = [
  { name: "start", path: "/" },
  { name: "explorer", path: "/graphql/explorer", prepare: runRegions },
  { name: "schema", path: "/docs/schema" },
];

const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

async function take(browser, origin, { name, path, prepare }, viewport, colorScheme) {
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(`${origin}${path}`);
  await prepare?.(page);
  const file = `${folder}${name}-${viewport.width}-${colorScheme}.png`;
  await page.screenshot({ path: file });
  await page.close();
  return file;
}

/** Fewer colours, which nobody sees in pictures of text. */
function makeSmall(files) {
  const { error } = spawnSync("pngquant", ["--force", "--strip", "--quality", "70-95", "--ext", ".png", ...files]);
  if (error) process.stdout.write("pngquant is not installed: the pictures stay three times as large\n");
}

mkdirSync(folder, { recursive: true });
const gateway = await startGateway(loadConfig({}), { logger: silentLogger });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
try {
  const files = [];
  for (const page of pages)
    for (const size of sizes)
      for (const scheme of ["light", "dark"])
        files.push(await take(browser, new URL(gateway.url).origin, page, size, scheme));
  makeSmall(files);
} finally {
  await browser.close();
  await gateway.stop();
}
