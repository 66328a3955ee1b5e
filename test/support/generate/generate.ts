// Writes the generated files: the schema, the pages about it and about trouble, the client's documents, .env.example
// and two pages' tables.
import { readFileSync, writeFileSync } from "node:fs";
import { buildGraphQLSchema, printedSchema } from "../../../src/graphql/build-schema.js";
import { clientDocuments } from "./client-documents.js";
import { schemaDocs } from "./schema-docs.js";
import { configTable, envExample, errorTable } from "./tables.js";
import { troubleshootingPage } from "./troubleshooting.js";

writeFileSync("schema/schema.graphql", printedSchema());
writeFileSync("docs/schema.md", schemaDocs(buildGraphQLSchema()));
writeFileSync("docs/troubleshooting.md", troubleshootingPage());
writeFileSync("src/client/generated/documents.ts", clientDocuments("schema/operations"));
writeFileSync(".env.example", envExample());
for (const [page, table] of [
  ["docs/configuration.md", configTable()],
  ["docs/errors.md", errorTable()],
] as const) {
  const text = readFileSync(page, "utf8");
  writeFileSync(
    page,
    text.replace(/(<!-- generated -->\n)[\s\S]*?(\n<!-- end -->)/, (_, open, end) => open + table + end),
  );
}
