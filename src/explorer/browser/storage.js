// What GraphiQL keeps, for this browser tab alone: variables may hold tokens too, and a new version's operations must
// show. Headers are kept nowhere.

import { callersSignIn } from "./settings.js";

/** What the headers editor holds at first: an empty token stands for the one in the strip, or the one used last. */
export const headersTemplate = callersSignIn ? JSON.stringify({ Authorization: "Bearer " }, null, 2) : "";

export const storage = {
  get length() {
    return sessionStorage.length;
  },
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => sessionStorage.setItem(key, isHistory(key) ? withoutHeaders(value) : value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};

/** GraphiQL's history stores headers even when it was told not to. */
function isHistory(key) {
  return key === "graphiql:queries" || key === "graphiql:favorites";
}

function withoutHeaders(history) {
  return JSON.stringify(JSON.parse(history, (key, value) => (key === "headers" ? headersTemplate : value)));
}
