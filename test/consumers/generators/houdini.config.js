const text = { type: "string" };

export default {
  schemaPath: "./schema.graphql",
  include: ["operations/*.graphql"],
  runtimeDir: "houdini-artifacts",
  defaultKeys: [],
  plugins: {},
  scalars: { DateTime: text, JSON: { type: "unknown" }, JSONObject: { type: "Record<string, unknown>" } },
};
