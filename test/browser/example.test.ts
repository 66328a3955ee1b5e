import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, jest, test } from "@jest/globals";
import type { Locator, Page, Response } from "playwright-core";
import {
  browserTimeoutMs,
  describeInBrowser,
  photograph,
  seriousViolations,
  type Trace,
  withPage,
} from "../support/browser.js";

jest.setTimeout(browserTimeoutMs);

/** The example's server as its README starts it, on a free port. Needs a build. */
async function withExample(use: (url: string) => Promise<void>): Promise<void> {
  const script = fileURLToPath(new URL("../../docs/example/server.mjs", import.meta.url));
  const env = { PATH: process.env["PATH"], PORT: "0" };
  const server = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "close");
  const failed = ended.then(([code]) => Promise.reject(new Error(`the example ended with ${code}`)));
  failed.catch(() => {}); // it ends after `use` too
  try {
    const [line] = await Promise.race([once(createInterface(server.stdout), "line"), failed]);
    await use(String(line).replace("Open ", ""));
  } finally {
    server.kill();
    await ended;
  }
}

/** The page of the example, and what the browser noticed. */
function withVisit(use: (page: Page, trace: Trace) => Promise<void>): Promise<void> {
  return withExample((url) =>
    withPage(async (page, trace) => {
      await page.goto(url);
      await use(page, trace);
    }),
  );
}

const signedIn = "You are signed in";

async function enter(page: Page, name: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Sign in", disabled: false }).waitFor();
  await page.keyboard.press("Enter");
}

async function signIn(page: Page, name: string): Promise<void> {
  await enter(page, name);
  await page.getByRole("heading", { name: signedIn }).waitFor();
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByText("You are logged out.").waitFor();
}

/** The value next to its term. */
function shown(page: Page, term: string): Promise<string | null> {
  return page.locator("dt", { hasText: term }).locator("+ dd").textContent();
}

function focused(page: Page): Promise<string | null> {
  return page.locator(":focus").getAttribute("id");
}

/** Notes the answers of the gateway and the emulator, such as "POST /graphql 200"; preflights are not counted. */
function noteAnswers(page: Page): string[] {
  const answers: string[] = [];
  page.on("response", (response) => {
    const { origin, pathname } = new URL(response.url());
    const method = response.request().method();
    if (origin !== new URL(page.url()).origin && method !== "OPTIONS") {
      answers.push(`${method} ${pathname} ${response.status()}`);
    }
  });
  return answers;
}

/** Lets the page's time run, five seconds at each step, until the element is there; rejects when `limit` is over. */
async function runUntil(page: Page, element: Locator, limitMs: number): Promise<void> {
  for (let ms = 0; ms < limitMs; ms += 5_000) {
    await page.clock.runFor(5_000);
    if (await element.isVisible()) return;
  }
  throw new Error(`nothing came within ${limitMs} ms`);
}

function isSession(response: Response): boolean {
  return response.url().endsWith("/api/v5/sessions") && response.request().method() === "POST";
}

describeInBrowser("the example page", () => {
  test("shows a person's session until the logout", async () => {
    await withVisit(async (page, trace) => {
      const answers = noteAnswers(page);
      await signIn(page, "Ada Lovelace");
      expect(await shown(page, "User id")).toBe("ada lovelace");
      expect(await shown(page, "Display name")).toBe("Ada Lovelace");
      await photograph(page, "example-signed-in");
      await logOut(page);
      expect(await page.getByRole("heading", { name: signedIn }).isVisible()).toBe(false);
      await photograph(page, "example-logged-out");
      expect(answers).toEqual([
        "POST /graphql 200",
        "POST /api/v5/sessions 200",
        "GET /api/v3/network-settings/chat 200",
        "DELETE /api/v4/sessions 200",
      ]);
      expect([trace.errors, trace.failures]).toEqual([[], []]);
    });
  });

  test("counts down to the session's expiry", async () => {
    await withVisit(async (page) => {
      await signIn(page, "Ada Lovelace");
      const timer = page.getByRole("timer", { name: "Session expires in" });
      const before = (await timer.textContent()) ?? "";
      expect(before).toMatch(/^(?:60 min 00|5\d min \d\d) s$/);
      await timer.filter({ hasNotText: before }).waitFor();
      expect(await timer.textContent()).toMatch(/^5\d min \d\d s$/);
    });
  });

  // The page's clock alone moves on: gateway and emulator stay in their own time, and their tokens are good.
  test.each([
    ["before", "50:00"],
    ["after", "01:10:00"],
  ])("renews the session %s its expiry", async (_when, sleep) => {
    await withVisit(async (page, trace) => {
      await page.clock.install();
      await page.reload();
      const answers = noteAnswers(page);
      await signIn(page, "Ada Lovelace");
      const renewed = page.waitForResponse(isSession);
      // As when a laptop wakes up: every timer that is due runs once.
      await page.clock.fastForward(sleep);
      expect((await renewed).status()).toBe(200);
      expect(answers.filter((answer) => answer === "POST /graphql 200")).toHaveLength(2);
      expect(trace.errors).toEqual([]);
    });
  });

  test("lets the next person in as themselves", async () => {
    await withVisit(async (page, trace) => {
      await signIn(page, "Ada Lovelace");
      await logOut(page);
      expect(await page.getByLabel("Your name").inputValue()).toBe("");
      await signIn(page, "Grace Hopper");
      expect(await shown(page, "User id")).toBe("grace hopper");
      expect(trace.errors).toEqual([]);
    });
  });

  test("knows people of every script apart", async () => {
    const names = ["李小龙", "李娜", "अनिता", "Ωμέγα", "🙂", "🙃", "C++", "C#", "a b", "a-b"];
    await withVisit(async (page) => {
      const userIds: (string | null)[] = [];
      for (const name of names) {
        await signIn(page, name);
        expect(await shown(page, "Display name")).toBe(name);
        userIds.push(await shown(page, "User id"));
        await logOut(page);
      }
      expect(new Set(userIds).size).toBe(names.length);
    });
  });

  test.each(["   ", "\u0001"])("tells that %j is no name", async (name) => {
    await withVisit(async (page) => {
      await enter(page, name);
      await page.getByRole("alert").filter({ hasText: "A name has 1 to 50 characters" }).waitFor();
      expect(await page.getByRole("status").textContent()).toBe("");
      await signIn(page, "Ada Lovelace");
      expect(await page.getByRole("alert").textContent()).toBe("");
    });
  });

  test("takes a renewal's failure back once it succeeds", async () => {
    await withVisit(async (page) => {
      await page.clock.install();
      await page.reload();
      await signIn(page, "Ada Lovelace");
      await page.route("**/graphql", (route) => route.abort());
      const alert = page.getByRole("alert");
      await page.clock.fastForward("50:00");
      // The client has five attempts, 15 seconds in all.
      await runUntil(page, alert.filter({ hasText: "could not be renewed yet (NETWORK)" }), 60_000);
      await page.unroute("**/graphql");
      // Amity's SDK asks again after ten minutes; by then the session has expired.
      await page.clock.fastForward("09:30");
      await runUntil(page, page.getByText("The session was renewed."), 60_000);
      expect(await alert.textContent()).toBe("");
    });
  });

  test("tells that Amity did not renew the session", async () => {
    await withVisit(async (page) => {
      await page.clock.install();
      await page.reload();
      await signIn(page, "Ada Lovelace");
      await page.route("**/api/v5/sessions", (route) => route.abort());
      await page.clock.fastForward("50:00");
      await page.getByRole("alert").filter({ hasText: "Amity did not renew the session." }).waitFor();
      await page.clock.fastForward("10:00");
      await page.getByRole("heading", { name: "Your session has expired" }).waitFor();
    });
  });

  test("says so when Amity does not hear the logout", async () => {
    await withVisit(async (page) => {
      await signIn(page, "Ada Lovelace");
      await page.route("**/api/v4/sessions", (route) => route.abort());
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByRole("alert").filter({ hasText: "Amity could not be told" }).waitFor();
      expect(await page.getByRole("status").textContent()).toBe("");
      expect(await page.getByRole("heading", { name: signedIn }).isVisible()).toBe(false);
    });
  });

  test("signs in once however often Enter is pressed", async () => {
    await withVisit(async (page) => {
      const answers = noteAnswers(page);
      await enter(page, "Ada Lovelace");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: signedIn }).waitFor();
      expect(answers.filter((answer) => answer.startsWith("POST /api/v5/sessions"))).toHaveLength(1);
    });
  });

  test.each(["light", "dark"] as const)("fits a %s screen of any width", async (colorScheme) => {
    await withVisit(async (page) => {
      await page.emulateMedia({ colorScheme });
      const check = async (state: string) => {
        for (const width of [1280, 390]) {
          await page.setViewportSize({ width, height: 800 });
          await photograph(page, `example-${state}-${colorScheme}-${width}`);
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        }
        expect(await seriousViolations(page)).toEqual([]);
      };
      await page.getByRole("button", { name: "Sign in", disabled: false }).waitFor();
      await check("start");
      await signIn(page, "Kristína Šťastná-Wolfeschlegelsteinhausenbergerdorff");
      await check("session");
      await page.route("**/api/v4/sessions", (route) => route.abort());
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByRole("alert").filter({ hasText: "Amity could not be told" }).waitFor();
      await check("problem");
    });
  });

  test("says so when the gateway is away", async () => {
    await withVisit(async (page) => {
      await page.route("**/graphql", (route) => route.abort());
      await enter(page, "Ada Lovelace");
      await page.getByRole("alert").filter({ hasText: "NETWORK: the gateway cannot be reached" }).waitFor();
      await page.unroute("**/graphql");
      await signIn(page, "Ada Lovelace");
      expect(await page.getByRole("alert").textContent()).toBe("");
    });
  });

  test("keeps the focus where a keyboard needs it", async () => {
    await withVisit(async (page) => {
      await signIn(page, "Ada Lovelace");
      expect(await focused(page)).toBe("title");
      await page.keyboard.press("Tab");
      expect(await focused(page)).toBe("log-out");
      await page.keyboard.press("Enter");
      await page.getByText("You are logged out.").waitFor();
      expect(await focused(page)).toBe("name");
    });
  });
});
