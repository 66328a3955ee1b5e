import { requestSample } from "./cost.js";
import { productionEnv, unlimited } from "./gateway.js";
import { bodies } from "./members/bodies.js";
import { directives, fields, fragments, operations } from "./members/documents.js";
import { requestHeaders } from "./members/headers.js";
import { introspection } from "./members/introspection.js";
import { ignored, unknownNames, unreadable, values } from "./members/lexemes.js";
import { tokens } from "./members/tokens.js";
import { variables } from "./members/variables.js";
import { describeCosts } from "./suite.js";

const tables = {
  "HTTP body": bodies,
  headers: requestHeaders,
  JWT: tokens,
  variables,
  "document: fields": fields,
  "document: fragments": fragments,
  "document: operations": operations,
  "document: directives": directives,
  "document: unknown names": unknownNames,
  "document: values": values,
  "document: what is no token": ignored,
  "document: not to be read": unreadable,
  introspection,
};

/** No call is made to Amity, and the only client is taken for a proxy. */
const env = productionEnv("http://127.0.0.1:9", { ...unlimited, TRUSTED_PROXIES: "127.0.0.1" });

for (const [entry, members] of Object.entries(tables)) describeCosts(entry, members, () => env, requestSample);

// Where names are suggested and texts are whole.
for (const [entry, members] of Object.entries({ "document: unknown names": unknownNames, variables })) {
  describeCosts(`${entry}, in development`, members, () => ({ ...env, NODE_ENV: "development" }), requestSample);
}
