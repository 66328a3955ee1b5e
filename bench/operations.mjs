import { accessTokenOf, authTokenOf } from "./amity-script.mjs";

/** What is measured: the same work of every candidate, as a GraphQL operation or as a route with JSON. */

const regionsQuery = `query Regions { regions { code name endpoint isDefault isConfigured authenticationMode status } }`;

const authTokenQuery = `query AuthToken($userId: ID, $region: RegionCode) {
  authToken(userId: $userId, region: $region) { token userId region issuedAt expiresAt refreshAfter }
}`;

const createSessionQuery = `mutation CreateSession($input: CreateSessionInput!) {
  createSession(input: $input) {
    accessToken refreshToken userId region issuedAt expiresAt refreshAfter
    user { userId displayName roles }
  }
}`;

const regions = [
  ["EU", "Europe", "https://api.eu.amity.co/"],
  ["SG", "Singapore", "https://api.sg.amity.co/"],
  ["US", "United States", "https://api.us.amity.co/"],
].map(([code, name, endpoint]) => ({
  code,
  name,
  endpoint,
  isDefault: code === "EU",
  isConfigured: true,
  authenticationMode: "SECURE",
  status: "AVAILABLE",
}));

const tenMinutes = 600_000;
const thirtyDays = 30 * 86_400_000;

/** Times that belong together, up to a second of rounding: what is left has no time in it. */
function withoutTimes({ issuedAt, expiresAt, refreshAfter, ...rest }, lifeMs) {
  const [issued, expires, refresh] = [issuedAt, expiresAt, refreshAfter].map((time) => Date.parse(time));
  const isNear = (time, wanted) => Math.abs(time - wanted) <= 1_000;
  const areRight =
    Math.abs(Date.now() - issued) < 400_000 &&
    isNear(expires, issued + lifeMs) &&
    isNear(refresh, issued + 0.8 * lifeMs);
  return { ...rest, times: areRight ? "right" : [issuedAt, expiresAt, refreshAfter] };
}

function authToken({ title, region = "EU", ...rest }) {
  return {
    title,
    field: "authToken",
    query: authTokenQuery,
    route: { method: "POST", path: "/auth-token" },
    variables: ({ id }) => ({ userId: id, region }),
    restBody: ({ id }) => ({ userId: id, region }),
    marker: ({ id }) => authTokenOf(id),
    normalised: (answer) => withoutTimes(answer, tenMinutes),
    expected: ({ id }) => ({ token: authTokenOf(id), userId: id, region, times: "right" }),
    ...rest,
  };
}

function createSession({ title, isTokenHeld, ...rest }) {
  const inputOf = ({ id }) => ({
    userId: id,
    deviceId: `device-of-${id}`,
    displayName: `Name of ${id}`,
    region: "EU",
    ...(isTokenHeld && { authToken: authTokenOf(id) }),
  });
  return {
    title,
    field: "createSession",
    query: createSessionQuery,
    route: { method: "POST", path: "/sessions" },
    variables: (user) => ({ input: inputOf(user) }),
    restBody: inputOf,
    marker: ({ id }) => accessTokenOf(id),
    normalised: (answer) => withoutTimes(answer, thirtyDays),
    expected: ({ id }) => ({
      accessToken: accessTokenOf(id),
      refreshToken: `refresh-token-of-${id}`,
      userId: id,
      region: "EU",
      user: { userId: id, displayName: `Name of ${id}`, roles: ["member"] },
      times: "right",
    }),
    ...rest,
  };
}

/**
 * `calls`: of the upstream, for each request. `reuseSeconds`: tokens are handed out again, to the same 500 users.
 * `marker`: the text in every right answer.
 */
export const operations = {
  regions: {
    title: "`regions`",
    calls: 0,
    field: "regions",
    query: regionsQuery,
    route: { method: "GET", path: "/regions" },
    variables: () => ({}),
    restBody: () => undefined,
    marker: () => "api.sg.amity.co",
    normalised: (answer) => answer,
    expected: () => regions,
  },
  minted: authToken({ title: "`authToken`, minted", calls: 1 }),
  "minted-tls": authToken({ title: "`authToken`, minted over TLS", calls: 1, region: "SG" }),
  reused: authToken({ title: "`authToken`, reused", calls: 0, reuseSeconds: 300 }),
  held: createSession({ title: "`createSession` with a held token", calls: 1, isTokenHeld: true }),
  secure: createSession({ title: "`createSession` that mints its token", calls: 2, isTokenHeld: false }),
};

/** Not in the table, but for runs that ask how latency grows with load: the upstream takes 20 ms. */
export const slowMint = authToken({ title: "`authToken`, minted in 20 ms", calls: 1, region: "US" });
