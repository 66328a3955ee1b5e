import { createRequire } from "node:module";
import type { CodegenConfig } from "@graphql-codegen/cli";

const { resolve } = createRequire(import.meta.url);
const operations = ["auth-token", "create-session", "regions"];
const types = {
  useTypeImports: true,
  enumsAsTypes: true,
  strictScalars: true,
  scalars: { DateTime: "string", JSON: "unknown", JSONObject: "Record<string, unknown>" },
};

const config: CodegenConfig = {
  schema: process.env["SCHEMA"] ?? resolve("amity-graphql/schema.graphql"),
  documents: operations.map((name) => resolve(`amity-graphql/operations/${name}.graphql`)),
  overwrite: true,
  emitLegacyCommonJSImports: false,
  importExtension: ".js",
  generates: {
    // For fetch: documents are strings.
    "src/generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: { ...types, documentMode: "string" },
    },
    // For Apollo Client and urql: documents are parsed.
    "src/generated-nodes/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: types,
    },
  },
};

export default config;
