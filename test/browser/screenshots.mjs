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

/** Something for the inspector to show: a session, and a call that is refused. */
async function callAmity({ url }) {
  const create =
    'mutation { createSession(input: { userId: "alice", deviceId: "phone", displayName: "Alice" }) { userId } }';
  for (const query of [create, 'query { sessionStatus(accessToken: "nobody") { state } }']) {
    const headers = { "content-type": "application/json" };
    await (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).text();
  }
}

async function openFirst(page) {
  await page.locator("#list .rows a").first().click();
  await page.locator("#detail").getByText("Answer").first().waitFor();
}

const pages = [
  { name: "start", urlOf: ({ origin }) => `${origin}/` },
  { name: "explorer", urlOf: ({ origin }) => `${origin}/graphql/explorer`, prepare: runRegions },
  { name: "schema", urlOf: ({ origin }) => `${origin}/docs/schema` },
  { name: "inspector", urlOf: ({ inspectorUrl }) => inspectorUrl, prepare: openFirst },
];

const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

async function take(browser, addresses, { name, urlOf, prepare }, viewport, colorScheme) {
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(urlOf(addresses));
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
const addresses = { origin: new URL(gateway.url).origin, inspectorUrl: gateway.inspectorUrl };
try {
  await callAmity(gateway);
  const files = [];
  for (const page of pages)
    for (const size of sizes)
      for (const scheme of ["light", "dark"]) files.push(await take(browser, addresses, page, size, scheme));
  makeSmall(files);
} finally {
  await browser.close();
  await gateway.stop();
}
