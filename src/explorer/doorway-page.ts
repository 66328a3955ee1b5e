import { html } from "../pages/html.js";
import { browserText, type PageAnswer, pageAnswer } from "../pages/page.js";
import { brand, type Root } from "./frame.js";
import { sandboxScript } from "./sandbox-page.js";

const browserFolder = new URL("./browser/", import.meta.url);
const scripts = [browserText("choices.js", browserFolder), browserText("doorway.js", browserFolder)];

/**
 * The page at the endpoint: it finds out whether Apollo Sandbox can be had, without running any of it, and leads on to
 * Sandbox or to GraphiQL.
 */
export function doorwayPage(root: Root): PageAnswer {
  const settings = { sandbox: `${root}graphql/sandbox`, graphiql: `${root}graphql/explorer`, script: sandboxScript };
  const body = html`<header class="bar">${brand(root)}</header>
<main class="page"><div class="card stack">
<h1>Explorer</h1>
<p id="words" role="status">There are two. Choose one:</p>
<div class="row">
<a class="button primary" href="${settings.graphiql}" data-chooses="graphiql">GraphiQL</a>
<a class="button" href="${settings.sandbox}" data-chooses="sandbox">Apollo Sandbox</a>
</div>
<p class="muted small">GraphiQL comes from this gateway and works offline. Apollo Sandbox loads from Apollo's servers.</p>
</div></main>`;
  return pageAnswer({
    title: "Explorer",
    settings,
    scripts,
    body,
    sources: { "script-src": new URL(sandboxScript).origin },
  });
}
