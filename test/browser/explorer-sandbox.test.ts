import { expect, jest, test } from "@jest/globals";
import type { Page, Route } from "playwright-core";
import {
  browserTimeoutMs,
  describeInBrowser,
  photograph,
  seriousViolations,
  type Trace,
  withPage,
} from "../support/browser.js";
import { callersAt, signedIn } from "../support/callers.js";
import { type GatewaySetup, withGateway } from "../support/gateway.js";
import { GraphiQL } from "../support/graphiql.js";

jest.setTimeout(browserTimeoutMs);

const apollos = /^https:\/\/[\w.-]+\.apollographql\.com\//;
/** What the browser says when Apollo's host cannot be reached. */
const apollosError = /^Failed to load resource: .*apollographql\.com/;

/** Opens the frame that Apollo's script would, and leaves what it found for the tests. */
const apollosScript = `window.EmbeddedSandbox = class {
  constructor({ target, initialEndpoint }) {
    window.found = { initialEndpoint, kept: { ...sessionStorage } };
    const frame = document.createElement("iframe");
    frame.src = "https://sandbox.embed.apollographql.com/sandbox/explorer";
    document.querySelector(target).append(frame);
  }
};`;

/** What Apollo's hosts would answer, as far as the page around Sandbox goes. */
async function standInForApollo(page: Page, script = apollosScript): Promise<void> {
  await page.route(apollos, (route) => {
    if (route.request().resourceType() === "script")
      return route.fulfill({ contentType: "text/javascript", body: script });
    return route.fulfill({ contentType: "text/html", body: "<p>a stand-in for Sandbox</p>" });
  });
}

async function withVisit(
  setup: GatewaySetup,
  visit: (page: Page, url: string, trace: Trace) => Promise<void>,
): Promise<void> {
  await withGateway(setup, async ({ url }) => withPage((page, trace) => visit(page, url, trace)));
}

const sandboxIn = (page: Page) => page.frameLocator("iframe").getByText("a stand-in");
const graphiqlIn = (page: Page) => page.locator(".graphiql-query-editor .CodeMirror");
const toApollo = ({ requests }: Trace) => requests.filter((address) => apollos.test(address));

describeInBrowser("the page at the endpoint", () => {
  test("leads to Sandbox where its script can be had", async () => {
    await withVisit({}, async (page, url, trace) => {
      await standInForApollo(page);
      await page.goto(url);
      await sandboxIn(page).waitFor();
      expect(page.url()).toBe(`${url}/sandbox`);
      expect(await page.evaluate("found.initialEndpoint")).toBe(url);
      expect([trace.errors, trace.failures]).toEqual([[], []]);
      await photograph(page, "explorer-sandbox");
      expect(await page.locator("iframe").boundingBox()).toMatchObject({ x: 0, y: 32, width: 1280, height: 768 });
    });
  });

  test("leads to GraphiQL offline, and asks once in a tab", async () => {
    await withVisit({}, async (page, url, trace) => {
      for (const _visit of [1, 2]) {
        await page.goto(url);
        await graphiqlIn(page).waitFor();
        expect(page.url()).toBe(`${url}/explorer`);
      }
      expect(toApollo(trace)).toHaveLength(1);
      expect(trace.errors.filter((error) => !apollosError.test(error))).toEqual([]);
    });
  });

  test("waits two seconds, and what comes later changes nothing", async () => {
    await withVisit({}, async (page, url, trace) => {
      const asked = new Promise<Route>((resolve) => void page.route(apollos, resolve));
      await page.clock.install();
      await page.goto(url);
      const late = await asked;
      await page.clock.fastForward(1_900);
      expect(page.url()).toBe(url);
      await page.clock.fastForward(200);
      await graphiqlIn(page).waitFor();
      await late.fulfill({ contentType: "text/javascript", body: apollosScript }).catch(() => undefined);
      await new GraphiQL(page).enterQuery("Typed", "{ regions { code } }");
      expect([page.url(), await page.evaluate("typeof EmbeddedSandbox")]).toEqual([`${url}/explorer`, "undefined"]);
      expect(trace.errors).toEqual([]);
    });
  });

  test("remembers what somebody chose", async () => {
    await withVisit({}, async (page, url, trace) => {
      await standInForApollo(page);
      await page.goto(url);
      await page.getByText("Open the offline explorer").click();
      await graphiqlIn(page).waitFor();
      const before = toApollo(trace).length;
      const another = await page.context().newPage();
      await another.goto(url);
      await another.waitForURL(`${url}/explorer`);
      expect(toApollo(trace)).toHaveLength(before);
      await page.getByText("Apollo Sandbox", { exact: true }).click();
      await another.goto(url);
      await another.waitForURL(`${url}/sandbox`);
    });
  });

  test("turns from a script that is none to GraphiQL", async () => {
    await withVisit({}, async (page, url) => {
      await standInForApollo(page, "'a proxy answers with a page of its own'");
      await page.goto(url);
      await graphiqlIn(page).waitFor();
      expect(page.url()).toBe(`${url}/explorer`);
    });
  });

  test("goes straight to Sandbox with EXPLORER=sandbox", async () => {
    await withVisit({ env: { EXPLORER: "sandbox" } }, async (page, url, trace) => {
      await page.goto(url);
      await page.getByRole("heading", { name: "Apollo Sandbox cannot be loaded" }).waitFor();
      await photograph(page, "explorer-sandbox-offline");
      expect([page.url(), await seriousViolations(page)]).toEqual([`${url}/sandbox`, []]);
      await page.getByText("Use GraphiQL").click();
      await graphiqlIn(page).waitFor();
      expect(trace.errors.filter((error) => !apollosError.test(error))).toEqual([]);
    });
  });
});

describeInBrowser("Apollo's script", () => {
  test("finds no token that GraphiQL keeps", async () => {
    await withVisit(callersAt("http://127.0.0.1:9"), async (page, url) => {
      await standInForApollo(page);
      await page.goto(`${url}/explorer`);
      await graphiqlIn(page).waitFor();
      const { authorization = "" } = await signedIn("carol");
      await new GraphiQL(page).enterToken(authorization);
      expect(await page.evaluate("JSON.stringify(sessionStorage)")).toContain(authorization);
      await page.getByText("Apollo Sandbox", { exact: true }).click();
      await sandboxIn(page).waitFor();
      expect(await page.evaluate("found.kept")).toEqual({});
    });
  });

  test("cannot look into GraphiQL in another window", async () => {
    await withVisit({}, async (page, url) => {
      await standInForApollo(page);
      await page.goto(`${url}/sandbox`);
      await sandboxIn(page).waitFor();
      const opened = page.context().waitForEvent("page");
      await page.evaluate("void (window.opened = window.open('explorer'))");
      await graphiqlIn(await opened).waitFor();
      expect(await page.evaluate("opened.closed")).toBe(true);
    });
  });
});
