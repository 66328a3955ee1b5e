import { type Html, html } from "../pages/html.js";
import { browserText, copyScript, type PageAnswer, pageAnswer } from "../pages/page.js";
import { type Region, RegionStatus } from "../region/region.type.js";
import { version } from "../system/version.js";
import { brand, type Root } from "./frame.js";

export interface StartPageOptions {
  readonly root: Root;
  readonly regions: readonly Region[];
  /** Does the embedded emulator play Amity? */
  readonly emulator: boolean;
  /** Must callers sign in for what is not public? */
  readonly callersSignIn: boolean;
  readonly sandbox: boolean;
  /** May everybody read the schema? */
  readonly schema: boolean;
}

const browserFolder = new URL("./browser/", import.meta.url);
const scripts = [browserText("choices.js", browserFolder), browserText("start.js", browserFolder), copyScript];
const style = browserText("start.css", browserFolder);

/** The page at the gateway's root: what this is, how its regions are, and where to go from here. */
export function startPage(options: StartPageOptions): PageAnswer {
  const { root, regions, emulator, callersSignIn } = options;
  const body = html`<header class="bar">${brand(root)}<span class="chip plain">${version}</span></header>
<main class="page">
<div class="stack">
<h1>Sign-in for Amity Social Cloud, as GraphQL</h1>
<p class="muted lead">Auth tokens, sessions and regions over one typed endpoint. The network's server key stays in this
gateway.</p>
${emulator && html`<p class="notice">The embedded emulator plays Amity here: everything works, and nothing is real.</p>`}
</div>
<section class="card stack" aria-labelledby="endpoint-title">
<h2 id="endpoint-title">Endpoint</h2>
<div class="row endpoint"><span class="verb">POST</span><code id="endpoint" data-address="${root}graphql">/graphql</code>
<button class="button small push" type="button" data-copies="endpoint" aria-label="Copy the endpoint">Copy</button></div>
<p class="muted small">${credentialWords(callersSignIn)}</p>
</section>
<section class="stack" aria-labelledby="explore-title">
<h2 id="explore-title">Explore</h2>
<div class="tiles">${tiles(options)}</div>
</section>
<section class="card stack" aria-labelledby="regions-title">
<h2 id="regions-title">Regions</h2>
<ul class="regions">${regions.map(regionItem)}</ul>
<p class="muted small">As this process sees them now. <a href="${root}">Look again</a></p>
</section>
</main>`;
  return pageAnswer({ title: "Start", style, scripts, body });
}

function credentialWords(callersSignIn: boolean): Html {
  return callersSignIn
    ? html`<code>regions</code> and <code>region</code> are public. All else needs your app's credential in the
<code>Authorization</code> header.`
    : html`Nobody signs in here (<code>AUTH_MODE=none</code>): for development on this machine only.`;
}

function tiles({ root, sandbox, schema }: StartPageOptions): Html[] {
  return [
    tile(`${root}graphql/explorer`, "GraphiQL", "Try the example operations. Works offline.", "graphiql"),
    ...(sandbox
      ? [tile(`${root}graphql/sandbox`, "Apollo Sandbox", "The same, in a page from Apollo's servers.", "sandbox")]
      : []),
    ...(schema ? [tile(`${root}docs/schema`, "Schema", "Every field, argument and type in words.")] : []),
    tile("https://docs.social.plus", "Amity's docs", "The service behind it, on docs.social.plus."),
  ];
}

function tile(address: string, title: string, words: string, choice?: string): Html {
  return html`<a class="card" href="${address}"${choice !== undefined && html` data-chooses="${choice}"`}>
<h3>${title}</h3><p class="muted small">${words}</p></a>`;
}

const states = {
  [RegionStatus.AVAILABLE]: ["good", "available"],
  [RegionStatus.DEGRADED]: ["warn", "degraded"],
  [RegionStatus.UNAVAILABLE]: ["bad", "unavailable"],
  [RegionStatus.NOT_CONFIGURED]: ["", "not configured"],
} as const;

function regionItem({ code, name, endpoint, isDefault, authenticationMode, status }: Region): Html {
  const [kind, words] = states[status];
  const mode = authenticationMode === undefined ? "" : `${authenticationMode.toLowerCase()} mode`;
  return html`<li><span class="code-name">${code}</span><span class="what"><b>${name}</b>
<span class="muted small">${[isDefault ? "default" : "", mode].filter(Boolean).join(", ")}</span>
<span class="muted small host">${new URL(endpoint).host}</span></span>
<span class="chip ${kind}">${words}</span></li>`;
}
