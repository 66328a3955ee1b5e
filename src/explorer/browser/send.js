// Sends operations to the gateway, with the credential of the strip or of the tab's headers.

import { helpAfterRefusal, helpNoMore, helpWithoutSchema } from "./help.js";
import { authorization, noteTyped } from "./identity.js";
import { callersSignIn, settings } from "./settings.js";
import { currentIdentity } from "./strip.js";

/** The gateway takes POST alone, and answers under this type with 200 for most errors. */
export async function send({ query, variables, operationName }, { headers } = {}) {
  const isIntrospection = operationName === "IntrospectionQuery";
  const sent = callersSignIn ? withCredential(headers ?? {}) : (headers ?? {});
  if (isIntrospection && isHidden(sent)) {
    helpWithoutSchema(settings.introspection);
    return { errors: [{ message: "The schema is not shown here: see the words above." }] };
  }
  const response = await fetch(settings.endpoint, {
    method: "POST",
    headers: { accept: "application/json", ...sent, "content-type": "application/json" },
    body: JSON.stringify({ query, variables, ...(declares(query, operationName) && { operationName }) }),
  });
  const answer = await response.json();
  if (response.status === 401) helpAfterRefusal(currentIdentity().kind);
  else {
    helpNoMore("refusal");
    if (isIntrospection) helpNoMore("schema");
  }
  return answer;
}

/** Would the gateway refuse introspection? A request that is known to fail need not be sent. */
function isHidden(headers) {
  if (settings.introspection === "on") return false;
  return settings.introspection === "off" || nameOfAuthorization(headers) === undefined;
}

/** The credential that is known, for a tab whose headers hold none, or the empty template. */
function withCredential(headers) {
  const name = nameOfAuthorization(headers);
  const { [name]: typed, ...others } = headers;
  if (name !== undefined && !/^(?:Bearer)?\s*$/i.test(typed)) {
    noteTyped(typed);
    return headers;
  }
  const known = authorization();
  return known === undefined ? others : { ...others, Authorization: known };
}

function nameOfAuthorization(headers) {
  return Object.keys(headers).find((name) => name.toLowerCase() === "authorization");
}

/** GraphiQL reads a new query a moment late: until then it names the operation that was there before. */
function declares(query, operationName) {
  return new RegExp(`(?:query|mutation)\\s+${operationName}\\b`).test(query);
}
