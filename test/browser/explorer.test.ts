import { readdirSync } from "node:fs";
import { expect, jest, test } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { browserTimeoutMs, describeInBrowser, photograph, type Trace, withPage } from "../support/browser.js";
import { callersAt, signedIn } from "../support/callers.js";
import { type GatewaySetup, withGateway } from "../support/gateway.js";
import { always, withUpstream } from "../support/upstream.js";

jest.setTimeout(browserTimeoutMs);

const shipped = readdirSync(new URL("../../schema/operations/", import.meta.url));
const minting = always(200, '"minted"');

/** What a person does in GraphiQL. */
class GraphiQL {
  constructor(private readonly page: Page) {}

  /** Replaces the query by one of this name. */
  async enterQuery(name: string, selections: string): Promise<void> {
    await this.#replace(".graphiql-query-editor", `query ${name} ${selections}`);
    // It takes in a new query a moment after the last key, and names the tab then.
    await this.#tab(name, "[aria-selected=true]").waitFor();
  }

  async enterHeaders(headers: Record<string, string>): Promise<void> {
    await this.#replace(".graphiql-editor-tool .graphiql-editor:not(.hidden)", JSON.stringify(headers));
  }

  async openTab(name: string): Promise<void> {
    await this.#tab(name).click();
  }

  /** Runs the operation from the keyboard; gives the answer that is shown. */
  async run(): Promise<string> {
    await this.page.locator(".graphiql-query-editor .CodeMirror").click();
    await this.page.keyboard.press("Control+Enter");
    const answer = this.page.locator(".graphiql-response .CodeMirror-code").filter({ hasText: /"(?:data|errors)"/ });
    return (await answer.textContent()) ?? "";
  }

  #tab(name: string, state = ""): Locator {
    return this.page.locator(`[role=tab]${state}`).getByRole("button", { name, exact: true });
  }

  async #replace(editor: string, text: string): Promise<void> {
    await this.page.locator(`${editor} .CodeMirror`).click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(text);
  }
}

/** GraphiQL at a gateway's endpoint. */
async function withGraphiql(
  setup: GatewaySetup,
  use: (graphiql: GraphiQL, page: Page, trace: Trace) => Promise<void>,
): Promise<void> {
  await withGateway({ ...setup, env: { EXPLORER: "graphiql", ...setup.env } }, async ({ url }) => {
    await withPage(async (page, trace) => {
      await page.goto(url);
      await page.locator(".graphiql-query-editor .CodeMirror").waitFor();
      await use(new GraphiQL(page), page, trace);
      expect(trace.requests.filter((address) => !address.startsWith(url))).toEqual([]);
      expect(trace.failures).toEqual([]);
    });
  });
}

describeInBrowser("GraphiQL", () => {
  test("runs a typed query from the keyboard", async () => {
    await withGraphiql({}, async (graphiql, page, { errors }) => {
      await page.locator(".graphiql-query-editor .CodeMirror").click();
      await page.keyboard.press("Control+A");
      await page.keyboard.type("query Typed { region(code: EU) { code name } }");
      await page.getByRole("button", { name: "Typed", exact: true }).waitFor();
      expect(await graphiql.run()).toContain('"code": "EU"');
      await photograph(page, "explorer-graphiql");
      expect(errors).toEqual([]);
    });
  });

  test("has every shipped operation in a tab, ready to run", async () => {
    await withGraphiql({ env: { VISITORS: "on", USER_PROFILES: "on" } }, async (graphiql, page, { errors }) => {
      const tabs = await page.getByRole("tab").allInnerTexts();
      expect(tabs).toHaveLength(shipped.length);
      for (const tab of tabs) {
        await graphiql.openTab(tab);
        const answer = await graphiql.run();
        expect([tab, answer]).toEqual([tab, expect.stringContaining('"data"')]);
        expect([tab, answer]).toEqual([tab, expect.not.stringContaining('"errors"')]);
      }
      expect(errors).toEqual([]);
    });
  });

  test("shows the schema's descriptions", async () => {
    await withGraphiql({}, async (_graphiql, page, { errors }) => {
      await page.getByLabel("Show Documentation Explorer").click();
      await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).click();
      await page.getByText("All of Amity's regions, configured here or not.").waitFor();
      await photograph(page, "explorer-docs");
      expect(errors).toEqual([]);
    });
  });

  test("opens its dialogs under the page's policy", async () => {
    await withGraphiql({}, async (_graphiql, page, { errors }) => {
      for (const [button, title] of [
        ["Open settings dialog", "Settings"],
        ["Open short keys dialog", "Short Keys"],
      ] as const) {
        await page.getByLabel(button).click();
        await page.getByRole("dialog").getByText(title, { exact: true }).waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
      expect(errors).toEqual([]);
    });
  });
});

describeInBrowser("a bearer token in GraphiQL's headers editor", () => {
  test("reaches the gateway, from tabs with an empty one too", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page, { errors }) => {
        await graphiql.enterHeaders(await signedIn("carol"));
        expect(await graphiql.run()).toContain('"userId": "carol"');
        await photograph(page, "explorer-token");
        await page.getByLabel("New tab").click();
        await graphiql.enterQuery("Another", "{ authToken { userId } }");
        expect(await graphiql.run()).toContain('"userId": "carol"');
        expect(errors).toEqual([]);
      });
    });
  });

  test("is stored nowhere and gone after a reload", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page) => {
        const { authorization = "" } = await signedIn("carol");
        await graphiql.enterHeaders({ authorization });
        await graphiql.enterQuery("Kept", "{ authToken { userId } }");
        expect(await graphiql.run()).toContain("carol");
        // It saves tabs a while after the last key.
        await page.waitForFunction(() =>
          Reflect.get(globalThis, "sessionStorage").getItem("graphiql:tabState").includes("query Kept"),
        );
        const stored = await page.evaluate("JSON.stringify([localStorage, sessionStorage])");
        expect(stored).not.toContain(authorization.slice("Bearer ".length));
        expect(stored).toContain("graphiql:queries");
        expect(stored).not.toContain("carol");
        await page.reload();
        await page.getByRole("tab", { name: "Kept" }).waitFor();
        expect(await graphiql.run()).toContain("UNAUTHENTICATED");
      });
    });
  });

  test("opens the schema in production", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url, { NODE_ENV: "production" }), async (graphiql, page) => {
        await page.getByLabel("Show Documentation Explorer").click();
        await page.getByText("Error fetching schema").waitFor();
        await graphiql.enterHeaders(await signedIn("carol"));
        await page.getByLabel("Re-fetch GraphQL schema").click();
        await page.locator(".graphiql-doc-explorer").getByText("CreateSessionInput").waitFor();
      });
    });
  });
});
