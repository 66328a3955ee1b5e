import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, jest, test } from "@jest/globals";
import type { Page } from "playwright-core";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import {
  browserTimeoutMs,
  describeInBrowser,
  photograph,
  seriousViolations,
  type Trace,
  withPage,
} from "../support/browser.js";
import { control } from "../support/control.js";
import { mint, requestSession, requestToken, signIn, verify, withEmulator } from "../support/emulator.js";

jest.setTimeout(browserTimeoutMs);

/** The inspector of an emulator of its own. */
async function withInspector(
  options: EmulatorOptions,
  use: (page: Page, emulator: Emulator, trace: Trace) => Promise<void>,
): Promise<void> {
  await withEmulator(options, async (emulator) => {
    await withPage(async (page, trace) => {
      await page.goto(emulator.inspectorUrl);
      await page.getByText("live", { exact: true }).waitFor();
      await use(page, emulator, trace);
      expect(trace.requests.filter((address) => !address.startsWith(`${emulator.url}/__emulator`))).toEqual([]);
    });
  });
}

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true }).click();
const section = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name }).click();
const row = (page: Page, text: string | RegExp) => page.locator("#list .rows a").filter({ hasText: text }).first();
const said = (page: Page, text: string | RegExp) => page.locator("#detail").getByText(text).first().waitFor();

/** What is in the focus, in words. */
const focused = (page: Page) => page.evaluate<string>("document.activeElement.textContent");

describeInBrowser("the inspector beside an app that is being written", () => {
  test("shows each request as it comes, and why it was refused", async () => {
    await withInspector({}, async (page, emulator, { errors }) => {
      await page.getByText("Nothing was asked yet.").waitFor();
      await requestSession(emulator, { userId: "alice", deviceId: "phone", authToken: await mint(emulator, "bob") });
      await row(page, "The auth token was minted for another user.").click();
      await said(page, "Refused.");
      await said(page, '"deviceId": "phone"');
      await said(page, '"message": "Unauthorized"');
      await photograph(page, "inspector-requests");
      await signIn(emulator, "alice", "tablet");
      await row(page, "200").waitFor();
      await said(page, "Refused.");
      expect(errors).toEqual([]);
    });
  });

  test("does to users, sessions and tokens what its buttons say", async () => {
    await withInspector({}, async (page, emulator, { errors }) => {
      await section(page, "Users");
      await press(page, "Create user");
      await page.getByLabel("User id", { exact: true }).fill("../alice & <b>bob</b>");
      await press(page, "Create");
      const userId = "../alice & <b>bob</b>";
      await row(page, userId).click();
      await press(page, "Ban");
      await press(page, "Unban");
      await press(page, "Ban from the system");
      await press(page, "Lift the system ban");
      await page.getByRole("button", { name: "Ban from the system" }).waitFor();
      const first = await signIn(emulator, userId, "phone");
      await page.getByRole("link", { name: "phone" }).click();
      await press(page, "Revoke");
      await said(page, "It is gone");
      expect(await verify(emulator, first)).toBe(401);
      const token = await mint(emulator, userId);
      await section(page, "Auth tokens");
      await row(page, `${token.slice(0, 4)}…`).click();
      await press(page, "Let it die");
      await said(page, "It is gone");
      expect((await requestSession(emulator, { userId, deviceId: "x", authToken: token })).status).toBe(401);
      expect(errors).toEqual([]);
    });
  });

  test("moves time, switches secure mode, sets faults, and begins anew", async () => {
    await withInspector({}, async (page, emulator, { errors }) => {
      const alice = await signIn(emulator, "alice");
      await page.getByRole("button", { name: "Move the clock" }).click();
      await page.getByLabel("Move it forward by").selectOption("30 days");
      await press(page, "Move");
      await page.getByText("+30 d").waitFor();
      expect(await verify(emulator, alice)).toBe(401);
      await press(page, "Secure mode on");
      await page.getByRole("button", { name: "Secure mode off", pressed: false }).waitFor();
      expect((await requestToken(emulator, "alice")).status).toBe(403);
      await section(page, "Faults");
      await press(page, "Add fault");
      await page.getByLabel("What goes wrong").selectOption("status");
      await page.getByLabel("times").fill("1");
      await page.getByLabel("status", { exact: true }).fill("503");
      await press(page, "Add");
      await row(page, "1 times more").waitFor();
      await photograph(page, "inspector-faults");
      expect((await requestToken(emulator, "alice")).status).toBe(503);
      await page.getByText("Nothing goes wrong.").waitFor();
      await press(page, "Reset");
      await page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
      await page.getByRole("button", { name: "Secure mode on" }).waitFor();
      await section(page, "Requests");
      await page.getByText("Nothing was asked yet.").waitFor();
      expect(errors).toEqual([]);
    });
  });

  test("is used by keyboard alone", async () => {
    await withInspector({}, async (page, emulator, { errors }) => {
      for (const userId of ["alice", "bob", "carol"]) await control(emulator, "PUT /users", { userId });
      await page.getByRole("link", { name: "Users" }).focus();
      await page.keyboard.press("Enter");
      await row(page, "alice").waitFor();
      await row(page, "carol").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("End");
      expect(await focused(page)).toContain("alice");
      await page.keyboard.press("Enter");
      await page.locator("#detail h2:focus").waitFor();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      // The button has another name now, and the focus still.
      await page.locator("button:focus", { hasText: "Unban" }).waitFor();
      await page.keyboard.press("Escape");
      expect(await focused(page)).toContain("alice");
      // Others come, and whoever is in the list stays where they are.
      await control(emulator, "PUT /users", { userId: "dave" });
      await row(page, "dave").waitFor();
      expect(await focused(page)).toContain("alice");
      expect(errors).toEqual([]);
    });
  });

  test("says when the emulator has gone", async () => {
    await withInspector({}, async (page, emulator) => {
      await emulator.close();
      await page.getByText("not connected").waitFor();
    });
  });
});

describeInBrowser("the inspector's page", () => {
  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
  ] as const)("has no serious fault of accessibility: %s, %d px", async (colorScheme, width) => {
    await withInspector({ mtls: false }, async (page, emulator, { errors }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await signIn(emulator, "alice", "phone");
      await mint(emulator, "alice");
      await requestToken(emulator, "alice", "wrong");
      await control(emulator, "PUT /faults", [{ kind: "latency", ms: 1 }]);
      for (const name of ["Requests", "Users", "Sessions", "Auth tokens", "Visitors", "Faults"]) {
        await section(page, name);
        expect([name, await seriousViolations(page)]).toEqual([name, []]);
        const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        expect([name, await page.evaluate(overflow)]).toEqual([name, 0]);
        if (name === "Visitors") continue;
        await row(page, /./).click();
        await page.locator("#detail h2").waitFor();
        expect([name, await seriousViolations(page)]).toEqual([name, []]);
        expect([name, await page.evaluate(overflow)]).toEqual([name, 0]);
      }
      await press(page, "Reset");
      expect(await seriousViolations(page)).toEqual([]);
      expect(errors).toEqual([]);
    });
  });

  test("shows one pane at a time on a phone", async () => {
    await withInspector({}, async (page, emulator) => {
      await page.setViewportSize({ width: 390, height: 844 });
      await signIn(emulator, "alice");
      await row(page, "POST /api/v3/sessions").click();
      await said(page, "POST /api/v3/sessions");
      expect(await page.locator("#list").isVisible()).toBe(false);
      await photograph(page, "inspector-phone");
      await page.getByRole("link", { name: "‹ Requests" }).click();
      await row(page, "POST /api/v3/sessions").waitFor();
      expect(await page.locator("#detail").isVisible()).toBe(false);
    });
  });

  test("keeps the key out of the address, and asks for it when it is another", async () => {
    await withInspector({ controlKey: "the/right/key" }, async (page, { url, controlKey }, { requests }) => {
      expect(page.url()).toBe(`${url}/__emulator/`);
      expect(requests.filter((address) => address.includes(encodeURIComponent(controlKey)))).toEqual([]);
      await page.reload();
      await page.getByText("live", { exact: true }).waitFor();
      await page.goto("about:blank");
      await page.goto(`${url}/__emulator/#key=wrong`);
      await page.getByLabel("Control key").fill(controlKey);
      await page.keyboard.press("Enter");
      await page.getByText("live", { exact: true }).waitFor();
    });
  });

  test("is out of reach for a page of another origin that knows the key", async () => {
    const site = createServer((_request, response) =>
      response.setHeader("content-type", "text/html").end("<p>evil</p>"),
    );
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const { port } = site.address() as AddressInfo;
    await withEmulator({}, async (emulator) => {
      await control(emulator, "PUT /users", { userId: "alice" });
      await withPage(async (page) => {
        for (const host of ["127.0.0.1", "localhost"]) {
          await page.goto(`http://${host}:${port}/`);
          const tried = await page.evaluate<string[]>(`(async () => {
            const root = ${JSON.stringify(`${emulator.url}/__emulator`)};
            const authorization = "Bearer ${emulator.controlKey}";
            const attempt = (path, init) => fetch(root + path, init).then((answer) => answer.text(), () => "nothing");
            const loaded = (tag, path) => new Promise((resolve) => {
              const element = document.createElement(tag);
              element.onload = () => resolve("loaded");
              element.onerror = () => resolve("nothing");
              element.src = root + path;
              document.body.append(element);
            });
            const frame = document.createElement("iframe");
            frame.src = root + "/";
            document.body.append(frame);
            await new Promise((resolve) => { frame.onload = resolve; });
            let framed = "nothing";
            try { framed = frame.contentWindow.document.body.textContent; } catch {}
            return [
              await attempt("/state", { headers: { authorization } }),
              await attempt("/reset", { method: "POST", headers: { authorization } }),
              await attempt("/reset", { method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" } }),
              await attempt("/", {}),
              await loaded("script", "/page.js"),
              framed || "nothing",
            ];
          })()`);
          expect(tried).toEqual(Array(6).fill("nothing"));
          const framed = page.frames().slice(1);
          for (const frame of framed) expect(await frame.locator("#list").count()).toBe(0);
        }
      });
      expect((await control(emulator, "GET /state")).json["users"]).toMatchObject({ total: 1 });
    });
    site.close();
    site.closeAllConnections();
  });
});
