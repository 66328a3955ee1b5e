import { html } from "../pages/html.js";
import { documentOf, htmlType, type PageAnswer, settingsElement } from "../pages/page.js";
import { type BrowserFile, type BrowserFileName, isModule } from "./browser-files.js";
import type { ExampleOperation } from "./example-operations.js";
import { brand, type Root } from "./frame.js";

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

/** What the page tells its scripts about the gateway. */
export interface GraphiqlSettings {
  readonly operations: readonly ExampleOperation[];
  /** By what callers are known; `userClaim`: where a JWT names the user. `none`: tokens are ignored. */
  readonly callers: "none" | { readonly userClaim: string | undefined; readonly serviceKeys: boolean };
  readonly introspection: "on" | "off" | "signed-in";
}

export interface GraphiqlPageOptions extends GraphiqlSettings {
  readonly files: Readonly<Record<BrowserFileName, BrowserFile>>;
  readonly root: Root;
  /** May Apollo Sandbox be used, for a link to it? */
  readonly sandbox: boolean;
  readonly nonce: string;
}

/** GraphiQL below a strip that says who somebody is: settings as data, and files of the gateway's own. */
export function graphiqlPage(options: GraphiqlPageOptions): PageAnswer {
  const { files, root, sandbox, nonce, operations, callers, introspection } = options;
  const url = (name: BrowserFileName) => `${root}graphql/explorer/${files[name].servedAs}`;
  const settings = { endpoint: `${root}graphql`, operations, callers, introspection, nonce };
  const modules = (Object.keys(files) as BrowserFileName[]).filter((name) => isModule(name) && name !== "page.js");
  const head = html`${stylesheets.map((name) => html`<link rel="stylesheet" href="${url(name)}">\n`)}${settingsElement(settings)}
<script defer src="${url("react.js")}"></script>
<script defer src="${url("react-dom.js")}"></script>
<script defer src="${url("graphiql.js")}"></script>
<script defer src="${url("plugin-explorer.js")}"></script>
${modules.map((name) => html`<link rel="modulepreload" href="${url(name)}">\n`)}<script type="module" src="${url("page.js")}"></script>`;
  const links = html`${introspection === "on" && html`<a href="${root}docs/schema">Schema</a>`}
${sandbox && html`<a href="${root}graphql/sandbox" data-chooses="sandbox">Apollo Sandbox</a>`}`;
  const body = html`<header class="bar">${brand(root)}
<span class="who"><span class="chip" id="who" role="status">Nobody</span>
<span class="muted small" id="who-more"></span></span>
${callers !== "none" && tokenButton}
<nav class="push" aria-label="Pages">${links}</nav></header>
${callers !== "none" && tokenForm}
<div class="help notice warn" id="help" role="alert" hidden></div>
<div class="panes" id="panes" role="group" aria-label="What to show"></div>
<main id="explorer" tabindex="-1"><h1 class="unseen">Explorer</h1><p class="waiting">Loading the explorer…</p>
<noscript><p class="waiting">The explorer needs JavaScript.</p></noscript></main>`;
  return {
    status: 200,
    headers: { "content-type": htmlType, "content-security-policy": graphiqlPolicy(nonce) },
    body: documentOf({ title: "Explorer", head, body }),
  };
}

const stylesheets = [
  "style.css",
  "graphiql.css",
  "plugin-explorer.css",
  "theme.css",
  "page.css",
  "narrow.css",
] as const;

const tokenButton = html`<button class="button small" id="token-button" type="button" aria-expanded="false"
aria-controls="token-form">Token…</button>`;

const tokenForm = html`<form class="token-form" id="token-form" hidden>
<label class="field" for="token">Your app's token or service key
<input class="input small" id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-help"></label>
<button class="button small primary" type="submit">Use</button>
<button class="button small" type="button" id="token-forget">Forget</button>
<p class="muted small" id="token-help">It is kept for this browser tab and sent to this gateway alone.</p>
</form>`;
