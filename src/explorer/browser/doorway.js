// Leads on to the explorer that was chosen, or to Sandbox where its script can be had, or to GraphiQL. It asks for the
// script once in a browser tab and does not run it.

const settings = JSON.parse(document.getElementById("settings").textContent);
const patienceMs = 2_000;
const choiceKey = "amity-graphql:explorer";

/** A browser that keeps nothing is asked each time. */
function read(storage) {
  try {
    return window[storage].getItem(choiceKey);
  } catch {
    return null;
  }
}

function note(outcome) {
  try {
    sessionStorage.setItem(choiceKey, outcome);
  } catch {
    // Then the next visit tries again.
  }
}

/** Resolves with true when Sandbox's script was delivered in time. */
function sandboxIsThere() {
  if (!navigator.onLine) return Promise.resolve(false);
  return new Promise((resolve) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "preload", as: "script", href: settings.script });
    link.addEventListener("load", () => resolve(true));
    link.addEventListener("error", () => resolve(false));
    setTimeout(() => resolve(false), patienceMs);
    document.head.append(link);
  });
}

async function chosen() {
  const known = read("localStorage") ?? read("sessionStorage");
  if (known === "sandbox" || known === "graphiql") return known;
  document.getElementById("words").textContent = "Looking for Apollo Sandbox. Or choose one:";
  const outcome = (await sandboxIsThere()) ? "sandbox" : "graphiql";
  note(outcome);
  return outcome;
}

location.replace(settings[await chosen()]);
