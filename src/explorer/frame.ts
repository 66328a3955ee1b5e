import { type Html, html } from "../pages/html.js";
import { brandIcon } from "../pages/page.js";

/** From a page to the gateway's root: relative, for a proxy may serve the gateway below a path. Such as `../`. */
export type Root = "./" | "../" | "../../";

/** The product's sign, which leads to the start page. */
export function brand(root: Root): Html {
  return html`<a class="brand" href="${root}">${brandIcon}<span>amity-graphql</span></a>`;
}
