import type { ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginLandingPageLocalDefault } from "@apollo/server/plugin/landingPage/default";
import { exampleOperations } from "./example-operations.js";
import type { ExplorerSettings } from "./settings.js";

/**
 * Apollo Sandbox without telemetry, filled with the example operations, with a link to the explorer that works offline.
 * None when GraphiQL was chosen, which needs no Apollo.
 */
export function sandboxPlugin({ explorer, usersSignIn }: ExplorerSettings): ApolloServerPlugin | undefined {
  if (explorer !== "sandbox") return undefined;
  const operations = exampleOperations(usersSignIn);
  const apollos = ApolloServerPluginLandingPageLocalDefault({
    document: operations.map(({ query }) => query).join("\n"),
    variables: Object.assign({}, ...operations.map(({ variables }) => variables)),
    embed: { runTelemetry: false },
  });
  return {
    async serverWillStart(service) {
      const listener = (await apollos.serverWillStart?.(service)) ?? {};
      return {
        ...listener,
        async renderLandingPage() {
          const page = await listener.renderLandingPage?.();
          const html = typeof page?.html === "function" ? await page.html() : (page?.html ?? "");
          return { html: withOfflineLink(html) };
        },
      };
    },
  };
}

/** Adds the link in a bar of its own above Sandbox, and takes out Google's fonts, which Sandbox does not need. */
function withOfflineLink(html: string): string {
  // Apollo's policy for its page wants the nonce on every style.
  const nonce = /'nonce-(\w+)'/.exec(html)?.[1] ?? "";
  const bar = `<style nonce="${nonce}">
  #offline-explorer {
    position: fixed; inset: 0 0 auto 0; box-sizing: border-box; height: 2rem; padding: 0 1rem; z-index: 1;
    font: 0.875rem/2rem system-ui, sans-serif; color: #e8e8f0; background: #1b1b2f; white-space: nowrap;
  }
  #offline-explorer a { color: #a9c7ff; }
  body { padding-top: 2rem; font-family: system-ui, sans-serif; }
  #embeddableSandbox { top: 2rem; height: calc(100vh - 2rem); }
</style>
<div id="offline-explorer">Apollo Sandbox loads from Apollo's servers. <a href="graphql/explorer">Open the offline explorer</a></div>
</body>`;
  return html.replaceAll(/<link\b[^>]*\/\/fonts\.[^>]*>/g, "").replace("</body>", () => bar);
}
