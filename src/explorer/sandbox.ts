import type { GraphQLServerContext } from "@apollo/server";
import { ApolloServerPluginLandingPageLocalDefault } from "@apollo/server/plugin/landingPage/default";
import type { ExampleOperation } from "./example-operations.js";

/** Beside the policy in Apollo's page, with its hosts and nonces: what that leaves open. */
export const sandboxPolicy = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Apollo's page with Sandbox: without telemetry, filled with the operations, with a link to the explorer that works
 * offline. Each call gives a page with nonces of its own; `root` leads from it to the gateway's root.
 */
export function createSandboxPage(operations: readonly ExampleOperation[]): (root: string) => Promise<string> {
  const apollos = ApolloServerPluginLandingPageLocalDefault({
    document: operations.map(({ query }) => query).join("\n"),
    variables: Object.assign({}, ...operations.map(({ variables }) => variables)),
    embed: { runTelemetry: false },
  });
  return async (root) => {
    // The plugin asks nothing of its server.
    const listener = await apollos.serverWillStart?.({} as GraphQLServerContext);
    const page = await listener?.renderLandingPage?.();
    const html = typeof page?.html === "function" ? await page.html() : page?.html;
    if (html === undefined) throw new Error("Apollo Server gives no page");
    return withOfflineLink(html, root);
  };
}

/** Adds the link in a bar of its own above Sandbox, and takes out Google's fonts, which Sandbox does not need. */
function withOfflineLink(html: string, root: string): string {
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
<div id="offline-explorer">Apollo Sandbox loads from Apollo's servers. <a href="${root}graphql/explorer">Open the offline explorer</a></div>
</body>`;
  return html.replaceAll(/<link\b[^>]*\/\/fonts\.[^>]*>/g, "").replace("</body>", () => bar);
}
