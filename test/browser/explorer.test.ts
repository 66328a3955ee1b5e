import { readdirSync } from "node:fs";
import { expect, jest, test } from "@jest/globals";
import { browserTimeoutMs, describeInBrowser, photograph } from "../support/browser.js";
import { callersAt, signedIn } from "../support/callers.js";
import { withGraphiql } from "../support/graphiql.js";
import { always, withUpstream } from "../support/upstream.js";

jest.setTimeout(browserTimeoutMs);

const shipped = readdirSync(new URL("../../schema/operations/", import.meta.url));
const minting = always(200, '"minted"');

describeInBrowser("GraphiQL", () => {
  test("runs a typed query from the keyboard", async () => {
    await withGraphiql({}, async (graphiql, page, { errors }) => {
      await page.locator(".graphiql-query-editor .CodeMirror").click();
      await page.keyboard.press("Control+A");
      await page.keyboard.type("query Typed { region(code: EU) { code name } }");
      await page.getByRole("tab", { name: "Typed", exact: true }).waitFor();
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
      await page.locator(".graphiql-doc-explorer").getByText("Sign-in for Amity Social Cloud").waitFor();
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

describeInBrowser("the examples in GraphiQL", () => {
  test("open with their variables where nobody signs in", async () => {
    await withGraphiql({}, async (_graphiql, page) => {
      await page.getByRole("region", { name: "Variables" }).waitFor();
      const shown = page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)");
      expect(await shown.textContent()).toContain('"userId": "alice"');
    });
  });

  test("are code to copy, without the token", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page, { errors }) => {
        const [, token = ""] = (await signedIn("carol"))["authorization"]?.split(" ") ?? [];
        await graphiql.enterToken(token);
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        await page.getByLabel("Show Code to Copy").click();
        for (const name of ["curl", "fetch"]) {
          await page.getByLabel(`Copy: ${name}`).click();
          const copied: string = await page.evaluate("navigator.clipboard.readText()");
          expect(copied).toContain(name);
          expect(copied).toContain("query FetchAuthToken");
          expect(copied).not.toContain(token);
        }
        expect(errors).toEqual([]);
      });
    });
  });

  test("give way to a new tab without GraphiQL's welcome", async () => {
    await withGraphiql({}, async (graphiql, page) => {
      await page.getByLabel("New tab").click();
      await page.getByRole("tab", { name: "New", exact: true }).waitFor();
      expect(await page.locator(".graphiql-query-editor").textContent()).not.toContain("Welcome");
      expect(await graphiql.run()).toContain('"status": "AVAILABLE"');
    });
  });

  test("are built by clicks, and by keys alone", async () => {
    await withGraphiql({}, async (graphiql, page) => {
      await graphiql.enterQuery("Built", "{ regions { code } }");
      await page.getByLabel("Show Builder").click();
      await page.getByRole("button", { name: "mutualTls" }).press("Enter");
      await page.locator(".graphiql-query-editor").getByText("mutualTls").waitFor();
      expect(await graphiql.run()).toContain('"mutualTls": false');
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
