// GraphiQL with the shipped operations, each in a tab, run by the browser as it is.

import "./choices.js";
import { codePlugin } from "./code-plugin.js";
import { authorization, onIdentity } from "./identity.js";
import { startMending } from "./mending.js";
import { startPanes } from "./panes.js";
import { send } from "./send.js";
import { callersSignIn, settings } from "./settings.js";
import { headersTemplate, storage } from "./storage.js";
import { startStrip } from "./strip.js";

const { GraphiQL, GraphiQLPluginExplorer, React, ReactDOM } = window;
const { createElement, useEffect } = React;

// By this name GraphiQL's dialogs find the nonce for the style element that they make.
window.__webpack_nonce__ = settings.nonce;

const tabs = settings.operations.map(({ query, variables }) => ({
  query,
  variables: Object.keys(variables).length === 0 ? "" : JSON.stringify(variables, null, 2),
  headers: headersTemplate,
}));

const newOperation = `# Ctrl-Space completes, Ctrl-Enter runs.
query New {
  regions {
    code
    status
  }
}
`;

// GraphiQL takes the first tab's variables from nowhere else.
if (storage.getItem("graphiql:tabState") === null) storage.setItem("graphiql:variables", tabs[0]?.variables ?? "");

/** All examples by name, where the window is too narrow for their tabs. */
function TabChoice() {
  const { tabs: open, activeTabIndex, changeTab } = GraphiQL.React.useEditorContext({ nonNull: true });
  return createElement(
    "select",
    {
      className: "input small tab-choice",
      "aria-label": "Open operation",
      value: activeTabIndex,
      onChange: ({ target }) => changeTab(Number(target.value)),
    },
    open.map(({ id, title }, index) => createElement("option", { key: id, value: index }, title)),
  );
}

/** Loads the schema anew where it is shown to those who are signed in, and somebody else is. */
function SchemaLoader() {
  const { introspect } = GraphiQL.React.useSchemaStore();
  useEffect(() => {
    let before = authorization();
    onIdentity(() => {
      const now = authorization();
      if (now !== before && settings.introspection === "signed-in") introspect();
      before = now;
    });
  }, [introspect]);
  return null;
}

const explorerPlugin = { ...GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false }), title: "Builder" };

const explorer = createElement(
  GraphiQL,
  {
    fetcher: send,
    defaultTabs: tabs,
    defaultQuery: newOperation,
    defaultHeaders: headersTemplate,
    defaultEditorToolsVisibility: callersSignIn && authorization() === undefined ? "headers" : "variables",
    plugins: [explorerPlugin, codePlugin],
    schemaDescription: true,
    shouldPersistHeaders: false,
    storage,
  },
  createElement(GraphiQL.Logo, null, createElement(TabChoice), createElement(SchemaLoader)),
);

startStrip();
startPanes();
const root = document.getElementById("explorer");
const place = document.createElement("div");
place.className = "place";
root.querySelector(".waiting").remove();
root.append(place);
startMending(place);
ReactDOM.createRoot(place).render(explorer);
