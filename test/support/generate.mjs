// Writes the generated files: the schema, .env.example and the README's tables. Needs a build.
import { readFileSync, writeFileSync } from "node:fs";
import { configTable, envExample, errorTable } from "../../dist/config/docs.js";
import { printedSchema } from "../../dist/graphql/build-schema.js";

writeFileSync("schema/schema.graphql", printedSchema());
writeFileSync(".env.example", envExample());
const tables = { configuration: configTable(), errors: errorTable() };
writeFileSync(
  "README.md",
  readFileSync("README.md", "utf8").replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_whole, open, name, close) => `${open}${tables[name]}${close}`,
  ),
);
