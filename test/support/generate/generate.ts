// Writes the generated files: the schema, the pages about it and about trouble, the client's documents, .env.example
// and the README's tables.
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
const tables: Readonly<Record<string, string>> = { configuration: configTable(), errors: errorTable() };
writeFileSync(
  "README.md",
  readFileSync("README.md", "utf8").replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_whole, open: string, name: string, close: string) => `${open}${tables[name]}${close}`,
  ),
);
