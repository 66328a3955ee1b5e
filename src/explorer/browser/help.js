// What to do, in words, where the gateway refuses.

const element = document.getElementById("help");

/** What is wrong with this identity, or what it lacks. */
const causes = {
  nobody: "No token was sent.",
  expired: "The token has expired.",
  user: "The gateway does not accept this token: it may be for another issuer or audience, or be signed with a key that the gateway does not know. The gateway's log says which.",
  sealed: "The gateway does not accept this token or service key. The gateway's log says why.",
};

const remedies = {
  nobody: "This needs somebody who is signed in: press “Token…” above and paste your app's token.",
  expired: "Press “Token…” above and paste a fresh one.",
  user: "Press “Token…” above to use another.",
  sealed: "Press “Token…” above to use another.",
};

export function helpAfterRefusal(kind) {
  show(`${causes[kind]} ${remedies[kind]}`, "refusal");
}

/** `introspection`: the gateway's setting. */
export function helpWithoutSchema(introspection) {
  show(
    introspection === "off"
      ? "This gateway shows its schema to nobody (INTROSPECTION=off): operations run, without completion and descriptions. The schema is in the package, as amity-graphql/schema.graphql."
      : "This gateway shows its schema to callers who are signed in: press “Token…” above and paste your app's token. The schema then loads by itself.",
    "schema",
  );
}

/** Takes the help away that was for this cause. */
export function helpNoMore(cause) {
  if (element.dataset.cause === cause) element.hidden = true;
}

function show(words, cause) {
  element.dataset.cause = cause;
  element.textContent = words;
  element.hidden = false;
}
