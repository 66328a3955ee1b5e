import { html } from "../../pages/html.js";
import { brandIcon, browserText, type PageAnswer, pageAnswer } from "../../pages/page.js";
import { controlPath } from "./control-guard.js";

const style = browserText("page.css", new URL("./browser/", import.meta.url));

/** The page before its script runs: the same for everybody. */
export const inspectorPage: PageAnswer = pageAnswer({
  title: "Emulator",
  style,
  sources: { "script-src": "'self'", "connect-src": "'self'" },
  body: html`<header class="bar">
  <h1 class="brand">${brandIcon} Amity emulator</h1>
  <span id="live" class="chip" role="status">connecting</span>
  <span id="tools" class="tools push"></span>
</header>
<nav id="sections" class="sections" aria-label="Sections"></nav>
<main id="main" class="panes">
  <section id="list" class="pane" aria-label="List"></section>
  <section id="detail" class="pane" aria-label="Details"></section>
</main>
<div id="notes" class="notes" role="status"></div>
<dialog id="dialog" aria-labelledby="dialog-title"></dialog>
<noscript><p class="notice">The inspector needs JavaScript.</p></noscript>
<script type="module" src="${controlPath}/page.js"></script>`,
});
