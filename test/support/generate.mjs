// Writes the generated files: the schema, its page in docs, .env.example and the README's tables. Needs a build.
import { readFileSync, writeFileSync } from "node:fs";
import { configTable, envExample, errorTable } from "../../dist/config/docs.js";
import { buildGraphQLSchema, printedSchema } from "../../dist/graphql/build-schema.js";
import { schemaDocs } from "../../dist/graphql/schema-docs.js";

writeFileSync("schema/schema.graphql", printedSchema());
writeFileSync("docs/schema.md", schemaDocs(buildGraphQLSchema()));
writeFileSync(".env.example", envExample());
const tables = { configuration: configTable(), errors: errorTable() };
writeFileSync(
  "README.md",
  readFileSync("README.md", "utf8").replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_whole, open, name, close) => `${open}${tables[name]}${close}`,
  ),
);
