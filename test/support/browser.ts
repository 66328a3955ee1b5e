import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "@jest/globals";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";
const isMissing = !existsSync(executablePath) && process.env["REQUIRE_SYSTEM_PROGRAMS"] !== "1";

/** Tests in Chromium. Without it they are skipped and listed so; REQUIRE_SYSTEM_PROGRAMS=1 lets them fail instead. */
export const describeInBrowser = isMissing ? describe.skip : describe;

/** Chromium takes its time on a busy machine: for jest.setTimeout. Milliseconds. */
export const browserTimeoutMs = 180_000;

/** What a page did that its user does not see. */
export interface Trace {
  /** Errors in the console, and exceptions that nobody caught. */
  readonly errors: string[];
  /** Addresses of all requests. */
  readonly requests: string[];
  /** Addresses of requests that failed or were blocked. */
  readonly failures: string[];
}

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Offline, on every machine: no name but this machine's own is found.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** One Chromium for the tests of a file, started by the first. */
let browser: Promise<Browser> | undefined;

afterAll(async () => (await browser)?.close());

/** Opens a page with a fresh profile and without the Internet; closes it when `use` ends. */
export async function withPage(use: (page: Page, trace: Trace) => Promise<void>): Promise<void> {
  browser ??= chromium.launch({ executablePath, args, headless: true, timeout: browserTimeoutMs });
  const context = await (await browser).newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await use(page, traceOf(page));
  } finally {
    await context.close();
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core holds against the page as it is now, of those that it calls serious or critical. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // What fades in has its colours at the end only.
  await page.evaluate("Promise.allSettled(document.getAnimations().map(({ finished }) => finished))");
  await page.evaluate(axe);
  const found: Violation[] = await page.evaluate("axe.run().then(({ violations }) => violations)");
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** Leaves a picture in the folder for temporary files, for people to look at. */
export async function photograph(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(tmpdir(), `amity-graphql-${name}.png`) });
}

function traceOf(page: Page): Trace {
  const trace: Trace = { errors: [], requests: [], failures: [] };
  page.on("console", (message) => {
    if (message.type() === "error") trace.errors.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", ({ message }) => trace.errors.push(message));
  page.on("request", (request) => trace.requests.push(request.url()));
  page.on("requestfailed", (request) => trace.failures.push(request.url()));
  return trace;
}
