import { readdirSync, readFileSync } from "node:fs";
import type { ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginLandingPageLocalDefault } from "@apollo/server/plugin/landingPage/default";
import type { FastifyRequest } from "fastify";
import { Kind, parse } from "graphql";
import type { Config } from "../config/config.js";

const operationsFolder = new URL("../../schema/operations/", import.meta.url);

/** One of the shipped operations, with values for the variables that it declares. */
export interface ExampleOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The shipped operations. */
export function exampleOperations(auth: Config["auth"]): ExampleOperation[] {
  const examples = exampleVariables(auth);
  return readdirSync(operationsFolder)
    .filter((name) => name.endsWith(".graphql"))
    .sort()
    .map((name) => {
      const query = readFileSync(new URL(name, operationsFolder), "utf8");
      const declared = declaredVariables(query);
      return { query, variables: Object.fromEntries(Object.entries(examples).filter(([key]) => declared.has(key))) };
    });
}

/** Users who sign in act as themselves and would be refused another's id. Everybody else must name a user. */
function exampleVariables(auth: Config["auth"]): Record<string, unknown> {
  const input = { deviceId: "explorer" };
  if (auth.mode === "credentials" && auth.jwt) return { code: "EU", input };
  return { code: "EU", userId: "alice", input: { userId: "alice", ...input, displayName: "Alice" } };
}

function declaredVariables(query: string): ReadonlySet<string> {
  const names = parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [],
  );
  return new Set(names);
}

/** Apollo's page for browsers, or none: GraphiQL's needs no Apollo. */
export function explorerPlugin({ explorer, auth }: Pick<Config, "explorer" | "auth">): ApolloServerPlugin {
  return explorer === "sandbox" ? sandboxPlugin(exampleOperations(auth)) : ApolloServerPluginLandingPageDisabled();
}

/** Apollo Sandbox without telemetry, filled with the operations, with a link to the explorer that works offline. */
function sandboxPlugin(operations: readonly ExampleOperation[]): ApolloServerPlugin {
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

/** Is it a browser that shows a page, rather than a program that should POST? */
export function asksForPage({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b/.test(headers.accept ?? "");
}
