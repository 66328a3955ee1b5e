// What is shown of one thing, and what can be done to it. `act` sends a change and says how it went.

import { button, chip, code, facts, h } from "./dom.js";
import { indented, moment } from "./format.js";
import { faultText, outcomeOf, stateChips } from "./sections.js";

/** By section: `(id, page) => nodes`, or undefined when it is gone. What a page has is in store.js. */
export const details = {
  requests: requestDetails,
  users: userDetails,
  visitors: userDetails,
  sessions: (id, page) => grantDetails(find(page.state.sessions, id), "Session", sessionFacts, page),
  "auth-tokens": (id, page) => grantDetails(find(page.state.authTokens, id), "Auth token", () => [], page),
  faults: faultDetails,
  certificates: certificateDetails,
};

function find({ items }, id) {
  return items.find((item) => item.id === id);
}

function userNamed({ users, visitors }, userId) {
  return [...users.items, ...visitors.items].find((user) => user.userId === userId);
}

function heading(text, ...chips) {
  return h("div", { class: "row" }, h("h2", { tabindex: "-1" }, text), ...chips);
}

function actions(...buttons) {
  return h("div", { class: "row" }, ...buttons);
}

export function userLink(userId, type) {
  const section = type === undefined || type === "signed-in" ? "users" : "visitors";
  return h("a", { href: `#/${section}/${encodeURIComponent(userId)}`, "data-focus": `user ${userId}` }, userId);
}

function requestDetails(id, { requests, details, state, now }) {
  const summary = requests.find((request) => String(request.id) === id);
  if (!summary) return undefined;
  const { method, target, at, ms, userId, refusal, faults } = summary;
  const full = details.get(summary.id);
  const known = userNamed(state, userId);
  return [
    heading(`${method} ${target}`, outcomeOf(summary)),
    refusal !== null && h("p", { class: "notice bad" }, h("b", {}, "Refused. "), refusal),
    faults.length > 0 && h("p", { class: "notice warn" }, h("b", {}, "Fault. "), faults.join(", ")),
    facts([
      ["Asked", moment(at, now)],
      ["Took", ms === null ? "under way" : `${ms} ms`],
      ["User", known ? userLink(userId, known.type) : userId],
    ]),
    ...(full ? [...message("Request", full.request), ...message("Answer", full.answer)] : []),
  ];
}

function message(title, part) {
  if (!part) return [h("h3", {}, title), h("p", { class: "muted" }, "none")];
  const headers = Object.entries(part.headers).map(([name, value]) => `${name}: ${value}`);
  const body = part.note ?? (part.body === undefined ? "It has no body." : undefined);
  return [
    h("h3", {}, title),
    headers.length > 0 &&
      h(
        "details",
        { class: "headers" },
        h("summary", { "data-focus": `${title} headers` }, `${headers.length} headers`),
        code(headers.join("\n"), `${title}: headers`),
      ),
    body === undefined ? code(indented(part.body), `${title}: body`) : h("p", { class: "muted" }, body),
  ];
}

function userDetails(userId, page) {
  const { state, requests, act, now } = page;
  const user = userNamed(state, userId);
  const isAwaited = state.awaitedSystemBans.items.some((ban) => ban.userId === userId);
  if (!user && !isAwaited) return undefined;
  const systemBan = (isBanned) =>
    act(isBanned ? "PUT" : "DELETE", `/system-bans/${encodeURIComponent(userId)}`, undefined, `${userId}: done.`);
  if (!user) {
    return [
      heading(userId, chip("banned from the system", "bad")),
      h("p", {}, "Nobody of this name is here yet. Every session will be refused."),
      actions(button("Lift the system ban", () => systemBan(false))),
    ];
  }
  const { isGlobalBan, isSystemBan, type, sessions, createdAt, updatedAt, roles, displayName, ...profile } = user;
  const ban = isGlobalBan ? "unban" : "ban";
  const own = state.sessions.items.filter((session) => session.userId === userId);
  const asked = requests
    .filter((request) => request.userId === userId)
    .slice(-5)
    .reverse();
  const minted = state.authTokens.items.filter((token) => token.userId === userId);
  const body = { userId };
  return [
    heading(userId, ...stateChips(user)),
    actions(
      button(isGlobalBan ? "Unban" : "Ban", () => act("POST", `/users/${ban}`, body, `${userId}: ${ban}ned.`), {
        kind: isGlobalBan ? "" : "danger",
        "data-focus": "ban",
      }),
      button(isSystemBan ? "Lift the system ban" : "Ban from the system", () => systemBan(!isSystemBan), {
        "data-focus": "system ban",
      }),
      button("Revoke all sessions", () => act("POST", "/sessions/revoke", body, "All sessions are revoked."), {
        disabled: sessions === 0,
      }),
      button("Let auth tokens die", () => act("POST", "/auth-tokens/expire", body, "All auth tokens are dead."), {
        disabled: minted.length === 0,
      }),
    ),
    facts([
      ["Display name", displayName],
      ["Roles", roles.join(", ")],
      ["Since", moment(createdAt, now)],
      ["Changed", moment(updatedAt, now)],
    ]),
    h("h3", {}, "Sessions"),
    links(own, (session) => [`#/sessions/${session.id}`, session.deviceId, lifeOf(session)], "none"),
    h("h3", {}, "Last requests"),
    links(
      asked,
      (request) => [`#/requests/${request.id}`, `${request.method} ${request.target}`, outcomeOf(request)],
      "none",
    ),
    h(
      "details",
      {},
      h("summary", { "data-focus": "profile" }, "Profile"),
      code(indented({ displayName, ...profile }), "Profile"),
    ),
  ];
}

function links(items, show, none) {
  if (items.length === 0) return h("p", { class: "muted" }, none);
  const rows = items.map((item) => {
    const [href, text, end] = show(item);
    return h("li", {}, h("a", { href, "data-focus": href }, text), end);
  });
  return h("ul", { class: "links" }, rows);
}

function lifeOf({ expiresAt }) {
  return h("time", { class: "muted", "data-until": Date.parse(expiresAt) });
}

function sessionFacts({ deviceId, deviceInfo, userType }) {
  const { kind, model, sdkVersion } = deviceInfo;
  return [
    ["Device", deviceId],
    ["Kind of device", [kind, model].filter(Boolean).join(", ")],
    ["SDK", sdkVersion],
    ["Kind of user", userType],
  ];
}

function grantDetails(grant, title, more, { act, now }) {
  if (!grant) return undefined;
  const { id, token, userId, userType, issuedAt, expiresAt } = grant;
  const end =
    title === "Session"
      ? button("Revoke", () => act("POST", "/sessions/revoke", { id }, "The session is revoked."), { kind: "danger" })
      : button("Let it die", () => act("POST", "/auth-tokens/expire", { id }, "The token is dead."), {
          kind: "danger",
        });
  return [
    heading(`${title} of ${userId}`),
    actions(end),
    facts([
      ["User", userLink(userId, userType)],
      [title === "Session" ? "Access token" : "Auth token", h("code", {}, token)],
      ...more(grant),
      ["Issued", moment(issuedAt, now)],
      ["Expires", moment(expiresAt, now)],
      ["Life", lifeOf(grant)],
    ]),
  ];
}

function faultDetails(id, { state, act }) {
  const fault = state.faults[Number(id)];
  if (!fault) return undefined;
  const others = state.faults.filter((other) => other !== fault);
  return [
    heading(fault.kind),
    h("p", {}, faultText(fault)),
    actions(button("Remove", () => act("PUT", "/faults", others, "The fault is removed."), { kind: "danger" })),
    code(indented(fault), "Fault"),
  ];
}

function certificateDetails(name, { state, act }) {
  const certificate = state.certificates?.find((one) => one.name === name);
  if (!certificate) return undefined;
  const path = `/certificates/${encodeURIComponent(name)}`;
  return [
    heading(name),
    actions(
      button("Disable", () => act("DELETE", path, undefined, "The certificate is disabled."), { kind: "danger" }),
    ),
    facts([
      ["Ends", certificate.notAfter],
      ["Life", lifeOf({ expiresAt: certificate.notAfter })],
    ]),
  ];
}
