import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "@jest/globals";
import { chromium, type Page } from "playwright-core";

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

/** Opens a page in a Chromium of its own, with a fresh profile and without the Internet; closes it when `use` ends. */
export async function withPage(use: (page: Page, trace: Trace) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({ executablePath, args, headless: true, timeout: browserTimeoutMs });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(60_000);
    await use(page, traceOf(page));
  } finally {
    await browser.close();
  }
}

/** Leaves a picture in the folder for temporary files, for people to look at. */
export async function photograph(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(tmpdir(), `amity-graphql-${name}.png`) });
}

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe-core finds in a page that is serious or critical: the rule, and the first element that breaks it. */
export async function seriousViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(axe, "utf8"));
  const { violations } = await page.evaluate<{ violations: Violation[] }>("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
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
