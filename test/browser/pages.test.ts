import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { expect, jest, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { browserTimeoutMs, describeInBrowser, photograph, seriousViolations, withPage } from "../support/browser.js";
import { withGateway } from "../support/gateway.js";
import { withGraphiql } from "../support/graphiql.js";
import { listening } from "../support/sockets.js";

jest.setTimeout(browserTimeoutMs);

const shipped = readdirSync(new URL("../../schema/operations/", import.meta.url));
const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 800 };
const looks = [
  { size: desk, colorScheme: "light" },
  { size: phone, colorScheme: "dark" },
] as const;

async function show(page: Page, { size, colorScheme }: (typeof looks)[number]): Promise<void> {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme });
}

/** How far the page reaches beyond its window. Pixels. */
function overhang(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}

describeInBrowser("every page", () => {
  test("suits axe-core and its window, without an error", async () => {
    await withGateway({}, async ({ url }) => {
      await withPage(async (page, { errors, failures }) => {
        await page.route(/apollographql\.com/, () => undefined);
        await page.clock.install();
        for (const look of looks) {
          await show(page, look);
          for (const path of ["/", "/graphql", "/graphql/sandbox", "/docs/schema"]) {
            await page.goto(new URL(path, url).href, { waitUntil: "domcontentloaded" });
            expect([path, await seriousViolations(page)]).toEqual([path, []]);
            expect([path, await overhang(page)]).toEqual([path, 0]);
          }
        }
        expect([errors, failures]).toEqual([[], []]);
      });
    });
  });

  test("cannot be framed by another site", async () => {
    await withGateway({}, async ({ url }) => {
      const paths = ["/", "/graphql", "/graphql/explorer", "/graphql/sandbox", "/docs/schema"];
      await withFrames(
        paths.map((path) => new URL(path, url).href),
        async (site) => {
          await withPage(async (page) => {
            await page.goto(site);
            const titles = await Promise.all(page.frames().map((frame) => frame.title()));
            expect(titles.filter((title) => title.includes("amity-graphql"))).toEqual([]);
            expect(titles).toHaveLength(paths.length + 1);
          });
        },
      );
    });
  });
});

/** Another site on this machine, whose page shows these addresses in frames. */
async function withFrames(addresses: readonly string[], use: (site: string) => Promise<void>): Promise<void> {
  const frames = addresses.map((address) => `<iframe src="${address}"></iframe>`).join("");
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end(`<title>Another site</title>${frames}`);
  });
  await listening(server, (port) => use(`http://localhost:${port}/`));
}

describeInBrowser("the start page", () => {
  test("is one request, and copies the endpoint", async () => {
    await withGateway({}, async ({ url }) => {
      await withPage(async (page, { requests, errors }) => {
        const { origin } = new URL(url);
        await page.goto(origin);
        await photograph(page, "start");
        expect(requests.filter((address) => !address.startsWith("data:"))).toEqual([`${origin}/`]);
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        await page.getByRole("button", { name: "Copy the endpoint" }).press("Enter");
        expect(await page.evaluate("navigator.clipboard.readText()")).toBe(url);
        await page.getByRole("link", { name: "GraphiQL" }).press("Enter");
        await page.locator(".graphiql-query-editor .CodeMirror").waitFor();
        expect(errors).toEqual([]);
      });
    });
  });
});

describeInBrowser("GraphiQL", () => {
  test.each(looks)("suits axe-core with each of its panels open: %j", async (look) => {
    await withGraphiql({ env: { VISITORS: "on" } }, async (graphiql, page, { errors }) => {
      await show(page, look);
      const isNarrow = look.size === phone;
      const press = async (pane: string) => {
        if (isNarrow) await page.getByRole("button", { name: pane, exact: true }).first().click();
      };
      const violations: string[] = [];
      const check = async (what: string) => {
        violations.push(...(await seriousViolations(page)).map((violation) => `${what}: ${violation}`));
      };
      await page.locator(".graphiql-execute-button").click();
      await graphiql.answer();
      await check("the answer");
      await press("Variables");
      await check("the variables");
      await press("Tools");
      for (const panel of ["Documentation Explorer", "History", "Builder", "Code to Copy"]) {
        await page.getByLabel(`Show ${panel}`).click();
        await check(panel);
      }
      for (const dialog of ["Open settings dialog", "Open short keys dialog"]) {
        await page.getByLabel(dialog).click();
        await page.getByRole("dialog").waitFor();
        await check(dialog);
        await page.keyboard.press("Escape");
      }
      await press("Operation");
      await page.locator(".graphiql-query-editor .CodeMirror").click();
      await page.keyboard.press("Control+A");
      await page.keyboard.type("{ re");
      await page.locator(".CodeMirror-hints").waitFor();
      await check("completions");
      expect(violations).toEqual([]);
      expect(errors).toEqual([]);
    });
  });

  test("is used by keys alone", async () => {
    await withGraphiql({}, async (graphiql, page) => {
      await page.getByRole("tab", { name: "FetchAuthToken", exact: true }).focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await page.locator('[role=tab][aria-selected="true"]').getByText("FindRegion", { exact: true }).waitFor();
      await tabTo(page, "Operation");
      await page.keyboard.press("Control+End");
      await page.keyboard.insertText("# typed");
      await tabTo(page, "Execute query (Ctrl-Enter)");
      await page.keyboard.press("Enter");
      expect(await graphiql.answer()).toContain('"code": "EU"');
      await tabTo(page, "Answer");
      const tabs = await page.getByRole("tab").count();
      await page.getByRole("tab", { name: "Regions", exact: true }).press("Delete");
      await page.getByRole("tab", { name: "Regions", exact: true }).waitFor({ state: "detached" });
      expect(await page.getByRole("tab").count()).toBe(tabs - 1);
    });
  });
});

describeInBrowser("GraphiQL on a phone", () => {
  test("shows one pane at a time, as wide as the window", async () => {
    await withGraphiql({}, async (_graphiql, page) => {
      await page.setViewportSize(phone);
      const panes = {
        Operation: ".graphiql-query-editor",
        Variables: ".graphiql-editor-tool",
        Answer: ".graphiql-response",
        Tools: ".graphiql-sidebar",
      };
      for (const name of Object.keys(panes)) {
        await page.locator("#panes").getByRole("button", { name, exact: true }).click();
        for (const [other, selector] of Object.entries(panes)) {
          const box = await page.locator(selector).boundingBox();
          expect([name, other, (box?.width ?? 0) > 340]).toEqual([name, other, other === name]);
        }
        expect(await overhang(page)).toBe(0);
      }
    });
  });

  test("reaches every example, and shows its answer", async () => {
    await withGraphiql({ env: { VISITORS: "on", USER_PROFILES: "on" } }, async (graphiql, page) => {
      await page.setViewportSize(phone);
      const choice = page.getByLabel("Open operation");
      const names = await choice.locator("option").allInnerTexts();
      expect(names).toHaveLength(shipped.length);
      for (const label of names) {
        await page.locator("#panes").getByRole("button", { name: "Operation" }).click();
        await choice.selectOption({ label });
        await page.locator(".graphiql-query-editor").getByText(label, { exact: true }).first().waitFor();
        await page.locator(".graphiql-execute-button").click();
        expect([label, await graphiql.answer()]).toEqual([label, expect.stringContaining('"data"')]);
      }
      await photograph(page, "explorer-phone");
    });
  });
});

/** Goes on by the tabulator until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate("document.activeElement.getAttribute('aria-label')")) === name) return;
  }
  throw new Error(`the tabulator does not lead to ${name}`);
}
