import { expect, jest, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { browserTimeoutMs, describeInBrowser, photograph, withPage } from "../support/browser.js";
import { withGateway } from "../support/gateway.js";

jest.setTimeout(browserTimeoutMs);

const apollosHosts = /^https:\/\/[\w-]+\.cdn\.apollographql\.com\//;
/** What the script in Apollo's page says when its host cannot be reached, and what the browser says then. */
const apollosErrors = /apollographql\.com|EmbeddedSandbox is not a constructor/;

describeInBrowser("Apollo Sandbox", () => {
  test("links the explorer that works offline, and back", async () => {
    await withGateway({}, async ({ url }) => {
      await withPage(async (page, { errors, requests, failures }) => {
        await page.goto(url);
        await page.getByText("Apollo Sandbox cannot be loaded").waitFor();
        await photograph(page, "explorer-sandbox-offline");
        expect(failures.filter((address) => !apollosHosts.test(address))).toEqual([]);
        expect(errors.filter((error) => !apollosErrors.test(error))).toEqual([]);
        const [before, reported] = [requests.length, errors.length];
        await page.getByText("Open the offline explorer").click();
        await page.locator(".graphiql-query-editor .CodeMirror").click();
        await page.keyboard.press("Control+Enter");
        await page.locator(".graphiql-response").getByText('"alice"').waitFor();
        expect(requests.slice(before).filter((address) => !address.startsWith(new URL(url).origin))).toEqual([]);
        expect(errors.slice(reported)).toEqual([]);
        await page.getByText("Apollo Sandbox", { exact: true }).click();
        await page.waitForURL(url);
      });
    });
  });

  test("has the window below the link", async () => {
    await withGateway({}, async ({ url }) => {
      await withPage(async (page, { errors, failures }) => {
        await standInForApollo(page);
        await page.goto(url);
        await page.frameLocator("iframe").getByText("a stand-in").waitFor();
        await photograph(page, "explorer-sandbox");
        expect(await page.locator("iframe").boundingBox()).toMatchObject({ x: 0, y: 32, width: 1280, height: 768 });
        await page.getByText("Open the offline explorer").click();
        await page.waitForURL(`${url}/explorer`);
        expect([errors, failures]).toEqual([[], []]);
      });
    });
  });
});

/** What Apollo's hosts would answer, as far as the page around Sandbox goes: a script that opens a frame. */
async function standInForApollo(page: Page): Promise<void> {
  const script = `window.EmbeddedSandbox = class {
    constructor({ target }) {
      const frame = document.createElement("iframe");
      frame.src = "https://sandbox.embed.apollographql.com/sandbox/explorer";
      document.querySelector(target).append(frame);
    }
  };`;
  await page.route(/\.apollographql\.com\//, (route) => {
    if (route.request().resourceType() === "script")
      return route.fulfill({ contentType: "text/javascript", body: script });
    return route.fulfill({ contentType: "text/html", body: "<p>a stand-in for Sandbox</p>" });
  });
}
