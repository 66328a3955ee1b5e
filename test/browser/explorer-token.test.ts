import { expect, jest, test } from "@jest/globals";
import { browserTimeoutMs, describeInBrowser, photograph } from "../support/browser.js";
import { callersAt, signedIn } from "../support/callers.js";
import { withGraphiql } from "../support/graphiql.js";
import { always, withUpstream } from "../support/upstream.js";

jest.setTimeout(browserTimeoutMs);

const minting = always(200, '"minted"');
/** What the browser says of an answer that refuses: nothing of ours. */
const unauthorized = /status of 401/;

async function tokenOf(userId: string, claims: Record<string, unknown> = {}): Promise<string> {
  const { authorization = "" } = await signedIn(userId, claims);
  return authorization.slice("Bearer ".length);
}

describeInBrowser("a token in the strip", () => {
  test("says who one is, and goes along with operations", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page, { errors, requests }) => {
        expect(await graphiql.who()).toBe("Nobody signed in");
        const token = await tokenOf("carol");
        await graphiql.enterToken(token);
        expect(await graphiql.who()).toMatch(/^carol until \d\d:\d\d:\d\d$/);
        expect(await graphiql.run()).toContain('"userId": "carol"');
        await photograph(page, "explorer-strip");
        expect(requests.filter((address) => address.includes(token))).toEqual([]);
        expect(errors).toEqual([]);
      });
    });
  });

  test("lasts for the tab, and is forgotten on request", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page) => {
        await graphiql.enterToken(await tokenOf("carol"));
        await page.reload();
        await page.locator(".graphiql-query-editor .CodeMirror").waitFor();
        expect(await graphiql.run()).toContain('"userId": "carol"');
        expect(await page.evaluate("JSON.stringify(localStorage) + document.cookie")).toBe("{}");
        await page.getByRole("button", { name: "Token…" }).click();
        await page.getByRole("button", { name: "Forget" }).click();
        expect(await page.evaluate("JSON.stringify(sessionStorage)")).not.toContain("eyJ");
        expect(await graphiql.who()).toBe("Nobody signed in");
      });
    });
  });

  test("is said to have expired while the page is open", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page) => {
        await page.clock.install();
        await page.reload();
        await page.locator(".graphiql-query-editor .CodeMirror").waitFor();
        await graphiql.enterToken(await tokenOf("carol"));
        await page.clock.fastForward("11:00");
        expect(await graphiql.who()).toMatch(/^carol, expired at \d\d:\d\d:\d\d$/);
      });
    });
  });
});

describeInBrowser("a refusal", () => {
  test("is explained until somebody has signed in", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page, { errors }) => {
        expect(await graphiql.run()).toContain("UNAUTHENTICATED");
        const help = page.getByRole("alert");
        expect(await help.textContent()).toMatch(/^No token was sent\. .*paste your app's token/);
        await photograph(page, "explorer-refused");
        await graphiql.enterToken(await tokenOf("carol"));
        await help.waitFor({ state: "hidden" });
        expect(errors.filter((error) => !unauthorized.test(error))).toEqual([]);
      });
    });
  });

  test.each([
    ["an expired token", { exp: 1_000_000_000 }, "The token has expired."],
    ["a token for others", { aud: "somebody else" }, "The gateway does not accept this token"],
  ])("of %s says what is wrong with it", async (_what, claims, words) => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url), async (graphiql, page) => {
        await graphiql.enterToken(forged(claims));
        expect(await graphiql.run()).toContain("UNAUTHENTICATED");
        expect(await page.getByRole("alert").textContent()).toContain(words);
      });
    });
  });

  test("of the schema in production is foreseen, and ends with a token", async () => {
    await withUpstream(minting, async ({ url }) => {
      await withGraphiql(callersAt(url, { NODE_ENV: "production" }), async (graphiql, page, { errors }) => {
        const help = page.getByRole("alert");
        expect(await help.textContent()).toContain("shows its schema to callers who are signed in");
        await graphiql.enterToken(await tokenOf("carol"));
        await help.waitFor({ state: "hidden" });
        await page.getByLabel("Show Documentation Explorer").click();
        await page.locator(".graphiql-doc-explorer").getByText("CreateSessionInput").waitFor();
        expect(errors).toEqual([]);
      });
    });
  });

  test("of the schema to everybody leaves the operations", async () => {
    await withGraphiql({ env: { INTROSPECTION: "off" } }, async (graphiql, page, { errors }) => {
      expect(await page.getByRole("alert").textContent()).toContain("INTROSPECTION=off");
      expect(await graphiql.run()).toContain('"userId": "alice"');
      expect(errors).toEqual([]);
    });
  });
});

/** Looks like a token, and is signed by nobody. */
function forged(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256" })}.${part({ sub: "carol", ...claims })}.c2ln`;
}
