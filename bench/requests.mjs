/** How an operation is asked of a candidate, and what its answer should be. */

/** Gives what the load generator sends for a user, and the text that every right answer holds. */
export function requestFor(operation, speaks) {
  return speaks === "graphql" ? graphqlRequest(operation) : routeRequest(operation);
}

function graphqlRequest({ query, variables, marker }) {
  const start = `{"query":${JSON.stringify(query)},"variables":`;
  return (user) => ({
    method: "POST",
    path: "/graphql",
    headers: headersFor(user),
    body: `${start}${JSON.stringify(variables(user))}}`,
    marker: marker(user),
  });
}

function routeRequest({ route, restBody, marker }) {
  return (user) => ({
    ...route,
    headers: headersFor(user),
    body: route.method === "GET" ? undefined : JSON.stringify(restBody(user)),
    marker: marker(user),
  });
}

const plainHeaders = { "content-type": "application/json" };

function headersFor({ authorization }) {
  return authorization ? { ...plainHeaders, authorization } : plainHeaders;
}

/** Throws unless the answer's text is exactly what the operation should give this user. */
export function checkAnswer(operation, speaks, user, text) {
  const body = JSON.parse(text);
  const answer = speaks === "graphql" ? body.data?.[operation.field] : body;
  const given = answer && JSON.stringify(sorted(operation.normalised(answer)));
  const expected = JSON.stringify(sorted(operation.expected(user)));
  if (body.errors || given !== expected) throw new Error(`it answers ${text}\n  instead of ${expected}`);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
