import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";

const { curlCode, fetchCode } = await import(
  new URL("../../../src/explorer/browser/request-code.js", import.meta.url).pathname
);

const endpoint = "http://127.0.0.1:4000/graphql";

/** What a template would fill in. */
const place = ["$", "{x}"].join("");

const bodies: readonly object[] = [
  { query: "{ regions { code } }" },
  {
    query: `# it's \`here\`: $HOME $(id) ${place} \\n\n{ regions { code } }\n`,
    variables: { a: "'; rm -rf '", b: [1, null] },
  },
  { query: 'query {\n  a(b: "\\u0000 \\" \'")\n}', variables: { text: `two\nlines \`${place}\`` } },
];

/** What a shell would run, argument by argument. */
function argumentsOf(code: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\nTOKEN=a-token\n${code}`;
  return execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

/** What the code would hand to fetch. */
async function fetched(code: string): Promise<[string, RequestInit]> {
  const calls: [string, RequestInit][] = [];
  const stand = async (url: string, init: RequestInit) => {
    calls.push([url, init]);
    return { json: async () => ({}) };
  };
  await new Function("fetch", "token", `return (async () => {${code}})()`)(stand, "a-token");
  return calls[0] ?? ["", {}];
}

describe("code to copy", () => {
  test.each(bodies)("for a shell sends %j as it is", (body) => {
    const given = argumentsOf(curlCode(endpoint, body, true));
    expect(given.slice(0, -1)).toEqual([
      "-s",
      endpoint,
      "-H",
      "content-type: application/json",
      "-H",
      "authorization: Bearer a-token",
      "-d",
    ]);
    expect(JSON.parse(given.at(-1) ?? "")).toEqual(body);
  });

  test.each(bodies)("for fetch sends %j as it is", async (body) => {
    const [url, { method, headers, body: sent }] = await fetched(fetchCode(endpoint, body, true));
    expect([url, method]).toEqual([endpoint, "POST"]);
    expect(headers).toEqual({ "content-type": "application/json", authorization: "Bearer a-token" });
    expect(JSON.parse(String(sent))).toEqual(body);
  });

  test("names no token where nobody signs in", () => {
    expect(`${curlCode(endpoint, {}, false)}${fetchCode(endpoint, {}, false)}`).not.toMatch(/token|bearer/i);
  });
});
