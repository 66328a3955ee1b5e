import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { html } from "../../../src/pages/html.js";
import { pageAnswer } from "../../../src/pages/page.js";

const body = html`<main>text</main>`;

function policyOf(...[options]: Parameters<typeof pageAnswer>): string[] {
  return pageAnswer(options).headers["content-security-policy"].split("; ");
}

describe("a page", () => {
  test("permits no script where it has none", () => {
    expect(policyOf({ title: "Plain", body }).filter((directive) => !directive.startsWith("style-src"))).toEqual([
      "default-src 'none'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  test("permits its own texts by their hashes", () => {
    const [script, style] = ["document.title = 1 < 2", "main { color: red }"];
    const policy = policyOf({ title: "Own", body, style, scripts: [script] });
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy).toContain(`script-src ${hash(script)}`);
    expect(policy.find((directive) => directive.startsWith("style-src"))).toMatch(
      new RegExp(`^style-src 'sha256-[^ ]+' ${hash(style).replaceAll("+", "\\+")}$`),
    );
    const { body: text } = pageAnswer({ title: "Own", body, style, scripts: [script] });
    expect(text).toContain(`<script type="module">${script}</script>`);
    expect(text).toContain(`<style>${style}</style>`);
  });

  test("permits the sources that it names besides", () => {
    const sources = { "connect-src": "'self'", "script-src": "https://other.example" };
    const policy = policyOf({ title: "More", body, scripts: ["1"], sources });
    expect(policy).toContain("connect-src 'self'");
    expect(policy.find((directive) => directive.startsWith("script-src"))).toMatch(
      /^script-src 'sha256-[^ ]+' https:\/\/other\.example$/,
    );
  });

  test("escapes its title and keeps its settings data", () => {
    const { body: text } = pageAnswer({ title: "<b>", body, settings: { a: "</script>" } });
    expect(text).toContain("<title>&lt;b&gt; · amity-graphql</title>");
    expect(text.match(/<\/script>/g)).toHaveLength(1);
  });
});
