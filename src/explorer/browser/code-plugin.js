// GraphiQL's panel with the operation as code to copy.

import { curlCode, fetchCode } from "./request-code.js";
import { callersSignIn, settings } from "./settings.js";

const { GraphiQL, React } = window;
const { createElement, useState } = React;

export const codePlugin = {
  title: "Code to Copy",
  icon: (props) =>
    createElement(
      "svg",
      { ...props, viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5, height: "1em" },
      createElement("path", { d: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14", strokeLinecap: "round" }),
    ),
  content: CodePanel,
};

function CodePanel() {
  const [query] = GraphiQL.React.useOperationsEditorState();
  const [variables] = GraphiQL.React.useVariablesEditorState();
  const endpoint = new URL(settings.endpoint, location.href).href;
  const body = requestBody(query, variables);
  return createElement(
    "section",
    { className: "code-panel", "aria-label": "Code to copy" },
    createElement("h2", { className: "graphiql-doc-explorer-title" }, "Code to copy"),
    callersSignIn && createElement("p", null, "Put your app's token in the place of TOKEN."),
    createElement(Snippet, { title: "curl", code: curlCode(endpoint, body, callersSignIn) }),
    createElement(Snippet, { title: "fetch", code: fetchCode(endpoint, body, callersSignIn) }),
  );
}

/** Variables that are no JSON yet are left out. */
function requestBody(query, variables) {
  try {
    const values = JSON.parse(variables);
    return { query, ...(Object.keys(values).length > 0 && { variables: values }) };
  } catch {
    return { query };
  }
}

function Snippet({ title, code }) {
  const [words, setWords] = useState("Copy");
  const copy = async () => {
    const copied = await navigator.clipboard.writeText(code).then(
      () => true,
      () => false,
    );
    setWords(copied ? "Copied" : "Select and copy it by hand");
    setTimeout(() => setWords("Copy"), 2_000);
  };
  return createElement(
    React.Fragment,
    null,
    createElement(
      "div",
      { className: "code-head" },
      createElement("h3", null, title),
      createElement(
        "button",
        { type: "button", className: "button small", onClick: copy, "aria-label": `${words}: ${title}` },
        words,
      ),
    ),
    createElement("pre", { className: "code", tabIndex: 0, "aria-label": title }, code),
  );
}
