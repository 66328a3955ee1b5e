import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Html, html } from "./html.js";

/** A file of our own for the browser, as text. `folder`: where it lies, such as `import.meta.url`'s `./browser/`. */
export function browserText(name: string, folder: URL = new URL("./browser/", import.meta.url)): string {
  return readFileSync(new URL(name, folder), "utf8");
}

const style = browserText("style.css");
const icon = browserText("icon.svg");

/** Copies what `<button data-copies="ID">` names: a script to hand to `pageAnswer`. */
export const copyScript = browserText("copy.js");

/** The product's sign, for the bar. */
export const brandIcon = Html.of(icon.replace("<svg ", '<svg aria-hidden="true" '));

export interface PageOptions {
  /** What the page is; the product's name is added. */
  readonly title: string;
  /** The page's own rules, after the shared ones. Text of a file of ours. */
  readonly style?: string;
  /** Scripts, run in order when the page is there. Texts of files of ours. */
  readonly scripts?: readonly string[];
  /** More for the head. */
  readonly head?: Html;
  readonly body: Html;
  /** Sources beside the page's own texts, by directive of the Content-Security-Policy: `{"connect-src": "'self'"}`. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** What a page is answered with. */
export interface PageAnswer {
  readonly status: 200;
  readonly headers: Readonly<Record<"content-type" | "content-security-policy", string>>;
  readonly body: string;
}

/**
 * A whole page in one answer: style, scripts and icon are in it, and the policy permits these texts, by their hashes,
 * and `sources`. No page may frame it, and no form leaves it.
 */
export function pageAnswer({ title, body, head, sources, ...own }: PageOptions): PageAnswer {
  const styles = [style, ...(own.style === undefined ? [] : [own.style])];
  const scripts = own.scripts ?? [];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · amity-graphql</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
${styles.map((text) => html`<style>${Html.of(text)}</style>\n`)}${head}
</head>
<body>
${body}
${scripts.map((text) => html`<script type="module">${Html.of(text)}</script>\n`)}</body>
</html>
`;
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy(styles, scripts, sources),
    },
    body: page.text,
  };
}

function policy(styles: readonly string[], scripts: readonly string[], sources: PageOptions["sources"]): string {
  const directives: Record<string, string> = {
    "default-src": "'none'",
    ...(scripts.length > 0 && { "script-src": scripts.map(hashSource).join(" ") }),
    "style-src": styles.map(hashSource).join(" "),
    "img-src": "data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
  };
  for (const [directive, more] of Object.entries(sources ?? {}))
    directives[directive] = [directives[directive], more].filter(Boolean).join(" ");
  return Object.entries(directives)
    .map(([directive, list]) => `${directive} ${list}`)
    .join("; ");
}

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
