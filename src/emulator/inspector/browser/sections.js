// What the sections list: each row is a link to its details.

import { chip, h } from "./dom.js";
import { moment } from "./format.js";

/** `rows` gives what is to be listed, `empty` says what would be. */
export const sections = [
  {
    id: "requests",
    label: "Requests",
    empty: "Nothing was asked yet. What your app sends to this emulator appears here at once.",
    count: ({ requests }) => requests.length,
    rows: ({ requests, find }) =>
      requests
        .filter((request) => hasText(request, find))
        .toReversed()
        .map(requestRow),
    more: ({ requests }) => (requests.length >= 500 ? "The last 500 requests are kept." : ""),
  },
  {
    id: "users",
    label: "Users",
    empty: "There are no users yet. A session creates its user, and so can you.",
    count: ({ state }) => state.users.total,
    rows: ({ state }) => [...state.awaitedSystemBans.items.map(awaitedRow), ...state.users.items.map(userRow)],
    more: ({ state }) => beyond(state.users),
  },
  {
    id: "sessions",
    label: "Sessions",
    empty: "There are no sessions.",
    count: ({ state }) => state.sessions.total,
    rows: ({ state, now }) => state.sessions.items.map((session) => grantRow(session, now, session.deviceId)),
    more: ({ state }) => beyond(state.sessions),
  },
  {
    id: "auth-tokens",
    label: "Auth tokens",
    empty: "There are no auth tokens. They live for ten minutes, unless you let them die before.",
    count: ({ state }) => state.authTokens.total,
    rows: ({ state, now }) => state.authTokens.items.map((token) => grantRow(token, now, token.token)),
    more: ({ state }) => beyond(state.authTokens),
  },
  {
    id: "visitors",
    label: "Visitors",
    empty: "There are no visitors and no bots.",
    count: ({ state }) => state.visitors.total,
    rows: ({ state }) => state.visitors.items.map(userRow),
    more: ({ state }) => beyond(state.visitors),
  },
  {
    id: "faults",
    label: "Faults",
    empty: "Nothing goes wrong. Add a fault to see how your app takes it.",
    count: ({ state }) => state.faults.length,
    rows: ({ state }) => state.faults.map(faultRow),
    more: () => "",
  },
  {
    id: "certificates",
    label: "Certificates",
    empty: "There are no client certificates.",
    count: ({ state }) => state.certificates?.length ?? 0,
    rows: ({ state }) => (state.certificates ?? []).map(certificateRow),
    more: () => "",
    isShown: ({ mutualTls }) => mutualTls,
  },
];

function hasText(request, find) {
  const text = `${request.method} ${request.target} ${request.userId ?? ""} ${request.status ?? ""} ${request.refusal ?? ""}`;
  return text.toLowerCase().includes(find.toLowerCase());
}

function beyond({ found, items }) {
  return found > items.length ? `The newest ${items.length} of ${found}. Type a part of a name to find others.` : "";
}

/** A row: a first line, what stands at its end, and a second line. */
function row(id, first, end, second, version) {
  const make = () => [
    h("span", { class: "first" }, first),
    h("span", { class: "end" }, end),
    h("span", { class: "second" }, second),
  ];
  return { id: String(id), version: JSON.stringify(version), make };
}

export function outcomeOf({ state, status }) {
  if (state === "under way") return chip("waiting", "warn");
  if (state === "broken") return chip(status === null ? "no answer" : `${status}, broken off`, "bad");
  return chip(status, status < 300 ? "good" : status < 500 ? "warn" : "bad");
}

function requestRow(request) {
  const { id, method, target, userId, refusal, faults, ms, at } = request;
  const path = h("span", { class: "target" }, h("b", {}, method), ` ${target}`);
  const second = [userId, refusal, faults.length > 0 && `fault: ${faults.join(", ")}`].filter(Boolean).join(" · ");
  const end = [h("span", { class: "muted" }, moment(at, Date.parse(at))), outcomeOf(request)];
  return row(id, path, end, second || (ms === null ? "…" : `${ms} ms`), request);
}

export function stateChips({ isGlobalBan, isSystemBan, isDeleted, type }) {
  return [
    type !== "signed-in" && chip(type),
    isGlobalBan && chip("banned", "bad"),
    isSystemBan && chip("banned from the system", "bad"),
    isDeleted && chip("deleted", "warn"),
  ].filter(Boolean);
}

function userRow(user) {
  const { userId, displayName, sessions } = user;
  const second = [displayName !== userId && displayName, sessions === 1 ? "1 session" : `${sessions} sessions`];
  return row(userId, userId, stateChips(user), second.filter(Boolean).join(" · "), user);
}

function awaitedRow({ userId }) {
  return row(userId, userId, chip("banned from the system", "bad"), "not here yet", userId);
}

function grantRow({ id, userId, expiresAt, issuedAt }, now, second) {
  const left = h("time", { class: "muted", "data-until": Date.parse(expiresAt) }, "");
  const detail = `${second} · since ${moment(issuedAt, now)}`;
  return row(id, userId, left, detail, [userId, expiresAt, detail]);
}

export function faultText(fault) {
  const { kind, route, times, ...fields } = fault;
  const details = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
  return [route === "all" ? "all routes" : `${route} routes`, ...details, times !== undefined && `${times} times more`]
    .filter(Boolean)
    .join(" · ");
}

function faultRow(fault, index) {
  return row(index, fault.kind, [], faultText(fault), fault);
}

function certificateRow(certificate) {
  const { name, notAfter } = certificate;
  const left = h("time", { class: "muted", "data-until": Date.parse(notAfter) }, "");
  return row(name, name, left, `until ${notAfter.slice(0, 10)}`, certificate);
}
