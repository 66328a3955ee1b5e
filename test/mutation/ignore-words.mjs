const logMethods = new Set(["trace", "debug", "info", "warn", "error", "fatal"]);

/** Is this call one of a logger, such as `logger.warn(...)` or `options.logger.warn(...)`? */
function isLogCall({ callee }) {
  if (callee.type !== "MemberExpression" || !logMethods.has(callee.property.name)) return false;
  return (callee.object.name ?? callee.object.property?.name) === "logger";
}

/** Nothing but people reads these words: texts of log lines and of generated documents. */
export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "words",
    value: {
      shouldIgnore({ node, parent }) {
        if (node.type === "CallExpression" && node.callee.name === "registerEnumType")
          return "a part of schema.graphql, which has a test of its own";
        if (node.type !== "StringLiteral" && node.type !== "TemplateLiteral") return undefined;
        if (parent?.type === "CallExpression" && isLogCall(parent)) return "the text of a log line";
        if (parent?.type === "ObjectProperty" && ["when", "means", "todo"].includes(parent.key.name))
          return "a cell of a table of the documentation, which has a test of its own";
        return undefined;
      },
    },
  },
];
