// The offline explorer's page, run by the browser as it is: GraphiQL with the shipped operations, each in a tab.

const { GraphiQL, React, ReactDOM } = window;
const { endpoint, operations, sandbox, nonce } = JSON.parse(document.getElementById("settings").textContent);

// By this name GraphiQL's dialogs find the nonce for the style element that they make.
window.__webpack_nonce__ = nonce;

/** What the headers editor holds at first. */
const headersTemplate = asText({ Authorization: "Bearer " });

const tabs = operations.map(({ query, variables }) => ({
  query,
  variables: asText(variables),
  headers: headersTemplate,
}));

/** For this browser tab alone: variables may hold tokens too, and a new version's operations must show. */
const storage = {
  get length() {
    return sessionStorage.length;
  },
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => sessionStorage.setItem(key, isHistory(key) ? withoutHeaders(value) : value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};

// GraphiQL takes the first tab's variables from nowhere else.
if (storage.getItem("graphiql:tabState") === null) storage.setItem("graphiql:variables", tabs[0]?.variables ?? "");

/** GraphiQL's history stores headers even when it was told not to. */
function isHistory(key) {
  return key === "graphiql:queries" || key === "graphiql:favorites";
}

function withoutHeaders(history) {
  return JSON.stringify(JSON.parse(history, (key, value) => (key === "headers" ? headersTemplate : value)));
}

/** In memory alone: a token that was saved could be stolen later. */
let lastAuthorization;

/** Fills in the token that another tab used last, for a tab that still has the empty template. */
function withToken(headers) {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === "authorization");
  if (name === undefined) return headers;
  const { [name]: authorization, ...others } = headers;
  if (!/^Bearer\s*$/i.test(authorization)) {
    lastAuthorization = authorization;
    return headers;
  }
  return lastAuthorization === undefined ? others : { ...others, [name]: lastAuthorization };
}

/** Sends an operation: the gateway takes POST alone, and answers under this type with 200 for most errors. */
async function send({ query, variables, operationName }, { headers } = {}) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { accept: "application/json", ...withToken(headers ?? {}), "content-type": "application/json" },
    body: JSON.stringify({ query, variables, ...(declares(query, operationName) && { operationName }) }),
  });
  return response.json();
}

/** GraphiQL reads a new query a moment late: until then it names the operation that was there before. */
function declares(query, operationName) {
  return new RegExp(`(?:query|mutation)\\s+${operationName}\\b`).test(query);
}

const logo = React.createElement(
  GraphiQL.Logo,
  null,
  React.createElement("span", { className: "product" }, "amity-graphql"),
  sandbox && React.createElement("a", { className: "sandbox", href: endpoint }, "Apollo Sandbox"),
);

const explorer = React.createElement(
  GraphiQL,
  {
    fetcher: send,
    defaultTabs: tabs,
    defaultHeaders: headersTemplate,
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: false,
    storage,
  },
  logo,
);

ReactDOM.createRoot(document.getElementById("explorer")).render(explorer);

function asText(value) {
  return Object.keys(value).length === 0 ? "" : JSON.stringify(value, null, 2);
}
