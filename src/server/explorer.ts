import { readdirSync, readFileSync } from "node:fs";
import type { ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginLandingPageLocalDefault } from "@apollo/server/plugin/landingPage/default";

const operationsFolder = new URL("../../schema/operations/", import.meta.url);

/** Values for the variables of the example operations. */
const exampleVariables = {
  code: "EU",
  userId: "alice",
  input: { userId: "alice", deviceId: "alice-browser", displayName: "Alice" },
};

/** The page for browsers: Apollo Sandbox, filled with the example operations and without telemetry, or nothing. */
export function explorerPlugin(explorer: "sandbox" | "off"): ApolloServerPlugin {
  if (explorer === "off") return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({
    document: exampleOperations(),
    variables: exampleVariables,
    embed: { runTelemetry: false },
  });
}

function exampleOperations(): string {
  const files = readdirSync(operationsFolder).filter((name) => name.endsWith(".graphql"));
  return files
    .sort()
    .map((name) => readFileSync(new URL(name, operationsFolder), "utf8"))
    .join("\n");
}
