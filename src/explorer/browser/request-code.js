// An operation as code to copy. The credential is named and never written out.

/** For a POSIX shell. `signsIn`: with a token from $TOKEN. */
export function curlCode(endpoint, body, signsIn) {
  const lines = [
    `curl -s ${quoted(endpoint)}`,
    "-H 'content-type: application/json'",
    ...(signsIn ? ['-H "authorization: Bearer $TOKEN"'] : []),
    `-d ${quoted(JSON.stringify(body))}`,
  ];
  return lines.join(" \\\n  ");
}

/** For browsers, Node.js, Deno and Bun. `signsIn`: with a token from the variable `token`. */
export function fetchCode(endpoint, body, signsIn) {
  const headers = signsIn
    ? // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
      '{ "content-type": "application/json", authorization: `Bearer ${token}` }'
    : '{ "content-type": "application/json" }';
  const fields = Object.entries(body).map(([name, value]) => `    ${name}: ${literal(value)},`);
  return `const response = await fetch(${JSON.stringify(endpoint)}, {
  method: "POST",
  headers: ${headers},
  body: JSON.stringify({
${fields.join("\n")}
  }),
});
const { data, errors } = await response.json();
`;
}

/** In single quotes nothing has a meaning but the quote itself. */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text of several lines is easier to read as a template. */
function literal(value) {
  if (typeof value !== "string" || !value.includes("\n")) return JSON.stringify(value);
  return `\`${value.replaceAll(/[\\`]|\$(?=\{)/g, "\\$&")}\``;
}
