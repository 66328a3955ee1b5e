import { html } from "../pages/html.js";
import { browserText, type PageAnswer, pageAnswer } from "../pages/page.js";
import type { ExampleOperation } from "./example-operations.js";
import { brand, type Root } from "./frame.js";

/** Apollo's script for a page of one's own, and the host of the frame that it opens. */
export const sandboxScript =
  "https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js";
const sandboxFrame = "https://sandbox.embed.apollographql.com";

const browserFolder = new URL("./browser/", import.meta.url);
const scripts = [browserText("choices.js", browserFolder), browserText("sandbox.js", browserFolder)];
const style = browserText("sandbox.css", browserFolder);

/** Apollo Sandbox, filled with the operations, without telemetry, below a bar that leads to GraphiQL. */
export function sandboxPage(root: Root, operations: readonly ExampleOperation[]): PageAnswer {
  const settings = {
    script: sandboxScript,
    graphiql: `${root}graphql/explorer`,
    endpoint: `${root}graphql`,
    sandbox: {
      target: "#sandbox",
      initialState: {
        document: operations.map(({ query }) => query).join("\n"),
        variables: Object.assign({}, ...operations.map(({ variables }) => variables)),
        includeCookies: false,
      },
      hideCookieToggle: true,
      endpointIsEditable: false,
      runTelemetry: false,
      allowDynamicStyles: false,
    },
  };
  const body = html`<header class="bar slim">${brand(root)}<span class="words">Apollo Sandbox loads from Apollo's
servers.</span><a class="push" href="${settings.graphiql}" data-chooses="graphiql">Open the offline explorer</a></header>
<main id="sandbox"><div class="page" id="missing" hidden><div class="card stack">
<h1>Apollo Sandbox cannot be loaded</h1>
<p>Its script did not come from Apollo's servers: this browser may be offline, or a proxy may block them.</p>
<div class="row"><a class="button primary" href="${settings.graphiql}" data-chooses="graphiql">Use GraphiQL, which works offline</a></div>
</div></div></main>
<noscript><p class="page">Apollo Sandbox needs JavaScript.</p></noscript>`;
  const sources = {
    "script-src": new URL(sandboxScript).origin,
    "frame-src": sandboxFrame,
    "connect-src": "'self'",
  };
  return pageAnswer({ title: "Apollo Sandbox", settings, style, scripts, body, sources });
}
