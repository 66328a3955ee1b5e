import { describe, expect, test } from "@jest/globals";
import { readBrowserFiles } from "../../../src/explorer/browser-files.js";
import type { ExampleOperation } from "../../../src/explorer/example-operations.js";
import { graphiqlPage, graphiqlPolicy } from "../../../src/explorer/graphiql-page.js";

const files = readBrowserFiles();
const gateway = { callers: "none", introspection: "on" } as const;

function pageWith(operations: readonly ExampleOperation[], root: "./" | "../" = "../"): string {
  return graphiqlPage({ ...gateway, files, operations, root, sandbox: false, nonce: "bm9uY2U=" }).body;
}

/** The text of the page's settings, to where a browser would end the element. */
function settingsIn(page: string): string {
  const start = '<script id="settings" type="application/json">';
  return page.slice(page.indexOf(start) + start.length).split(/<\/script/i, 1)[0] ?? "";
}

describe("an operation in the page", () => {
  test.each([
    "</script><script>alert(1)</script>",
    "</SCRIPT ><img src=x onerror=alert(1)>",
    "<!-- <script>",
    ']]> & \u2028 " \\',
  ])("that holds %j stays data", (hostile) => {
    const operation = { query: `# ${hostile}\n{ regions { code } }`, variables: { [hostile]: hostile } };
    const page = pageWith([operation]);
    expect(JSON.parse(settingsIn(page)).operations).toEqual([operation]);
    expect(settingsIn(page)).not.toContain("<");
    expect(page.match(/<script/gi)).toHaveLength(6);
    expect(page.match(/<\/script/gi)).toHaveLength(6);
    expect(page).not.toMatch(/<img|<!--/);
  });
});

describe("the page", () => {
  test.each(["./", "../"] as const)("below the root %s loads its own files alone", (root) => {
    const page = pageWith([], root);
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = ""]) => address);
    const others = addresses.filter((address) => !address.startsWith(`${root}graphql/explorer/`));
    expect(others.filter((address) => !address.startsWith("data:image/svg+xml,"))).toEqual([
      root,
      `${root}docs/schema`,
    ]);
    expect(addresses.filter((address) => !others.includes(address)).sort()).toEqual(
      Object.values(files)
        .map(({ servedAs }) => `${root}graphql/explorer/${servedAs}`)
        .sort(),
    );
    expect(JSON.parse(settingsIn(page))).toEqual({
      ...gateway,
      endpoint: `${root}graphql`,
      operations: [],
      nonce: "bm9uY2U=",
    });
  });

  test("permits nothing but its own files and the one nonce", () => {
    expect(graphiqlPolicy("bm9uY2U=").split("; ")).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'nonce-bm9uY2U='",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });
});
