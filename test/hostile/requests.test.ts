import { requestSample } from "./cost.js";
import { productionEnv, unlimited } from "./gateway.js";
import { bodies } from "./members/bodies.js";
import { beyond, within } from "./members/document.js";
import { directives, fields, fragments, operations } from "./members/documents.js";
import { requestHeaders } from "./members/headers.js";
import { introspection, wholeIntrospection } from "./members/introspection.js";
import { ignored, unknownNames, unreadable, values } from "./members/lexemes.js";
import { tokens } from "./members/tokens.js";
import { variables } from "./members/variables.js";
import { describeCosts } from "./suite.js";

const documents = {
  fields,
  fragments,
  operations,
  directives,
  "unknown names": unknownNames,
  values,
  "what is no token": ignored,
  introspection,
};

const tables = {
  "HTTP body": bodies,
  headers: requestHeaders,
  JWT: tokens,
  variables,
  ...Object.fromEntries(Object.entries(documents).map(([name, growing]) => [`document: ${name}`, within(growing)])),
  "document: beyond the limits": Object.values(documents).flatMap(beyond),
  "document: unreadable": unreadable,
  "document: whole introspection": wholeIntrospection,
};

/** No call is made to Amity, and the only client is taken for a proxy. */
const env = productionEnv("http://127.0.0.1:9", { ...unlimited, TRUSTED_PROXIES: "127.0.0.1" });

for (const [entry, members] of Object.entries(tables)) describeCosts(entry, members, () => env, requestSample);

// Where names are suggested and texts are whole.
for (const [entry, members] of Object.entries({ "document: unknown names": within(unknownNames), variables })) {
  describeCosts(`${entry}, in development`, members, () => ({ ...env, NODE_ENV: "development" }), requestSample);
}
