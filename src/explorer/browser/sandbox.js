// Loads Apollo Sandbox into the page. What GraphiQL keeps for this browser tab is taken away first: Apollo's script may
// read all that this origin keeps.

const { script, sandbox, endpoint, graphiql } = JSON.parse(document.getElementById("settings").textContent);

function forgetToken() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key !== "amity-graphql:explorer") sessionStorage.removeItem(key);
  } catch {
    // What cannot be kept need not be forgotten.
  }
}

/** It was found a moment ago, and is not what it seemed: some proxies answer with a page of their own. */
function goToGraphiql() {
  try {
    if (localStorage.getItem("amity-graphql:explorer") !== null) return false;
    if (sessionStorage.getItem("amity-graphql:explorer") !== "sandbox") return false;
    sessionStorage.setItem("amity-graphql:explorer", "graphiql");
  } catch {
    return false;
  }
  location.replace(graphiql);
  return true;
}

function open() {
  if (window.EmbeddedSandbox === undefined) return fail();
  new window.EmbeddedSandbox({ ...sandbox, initialEndpoint: new URL(endpoint, location.href).href });
}

function fail() {
  if (!goToGraphiql()) document.getElementById("missing").hidden = false;
}

forgetToken();
const element = document.createElement("script");
element.src = script;
element.addEventListener("load", open);
element.addEventListener("error", fail);
document.head.append(element);
