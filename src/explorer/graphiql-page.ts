import type { BrowserFile, BrowserFileName } from "./browser-files.js";
import type { ExampleOperation } from "./example-operations.js";

/**
 * No other host, no inline script, no frame. The nonce is for the one style element that GraphiQL's dialogs make; its
 * cursors are `data:` images.
 */
export function graphiqlPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export interface GraphiqlPageOptions {
  readonly files: Readonly<Record<BrowserFileName, BrowserFile>>;
  readonly operations: readonly ExampleOperation[];
  /** From this page to the gateway's root: relative, for a proxy may serve the gateway below a path. */
  readonly root: "./" | "../" | "../../";
  /** Is Apollo Sandbox at the endpoint, for a link to it? */
  readonly sandbox: boolean;
  readonly nonce: string;
}

/** The offline explorer's page: settings as data, and files of the gateway's own. */
export function graphiqlPage({ files, operations, root, sandbox, nonce }: GraphiqlPageOptions): string {
  const url = (name: BrowserFileName) => `${root}graphql/explorer/${files[name].servedAs}`;
  const settings = { endpoint: `${root}graphql`, operations, sandbox, nonce };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>amity-graphql explorer</title>
    <link rel="icon" href="${url("icon.svg")}">
    <link rel="stylesheet" href="${url("graphiql.css")}">
    <link rel="stylesheet" href="${url("page.css")}">
    <script id="settings" type="application/json">${asScriptText(settings)}</script>
    <script defer src="${url("react.js")}"></script>
    <script defer src="${url("react-dom.js")}"></script>
    <script defer src="${url("graphiql.js")}"></script>
    <script type="module" src="${url("page.js")}"></script>
  </head>
  <body>
    <div id="explorer"><p class="waiting">Loading the explorer…</p></div>
    <noscript><p class="waiting">The explorer needs JavaScript.</p></noscript>
  </body>
</html>
`;
}

/** JSON that cannot end the script element it stands in. */
function asScriptText(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
