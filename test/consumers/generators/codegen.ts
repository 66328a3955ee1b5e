const config = {
  strictScalars: true,
  enumsAsTypes: true,
  useTypeImports: true,
  scalars: { DateTime: "string", JSON: "unknown", JSONObject: "Record<string, unknown>" },
};

export default {
  schema: "schema.graphql",
  documents: "operations/*.graphql",
  generates: {
    // All in one file, where a name that is there twice does not compile.
    "src/one-file.ts": { plugins: ["typescript-operations", "typed-document-node"], config },
    "src/types.ts": { plugins: ["typescript"], config },
    "operations/": {
      preset: "near-operation-file",
      presetConfig: { baseTypesPath: "../src/types.ts" },
      plugins: ["typescript-operations", "typed-document-node"],
      config,
    },
  },
};
