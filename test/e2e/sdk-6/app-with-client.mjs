// An app that uses Amity's official SDK with amity-graphql/client, driven over IPC. A process for each, as for
// app.mjs, and for the same reasons.
// Arguments: the client's module, Amity's URL, its API key, the gateway's GraphQL endpoint, the time to start from in
// milliseconds.
import { createRequire } from "node:module";
import { mock } from "node:test";

const [clientModule, amityUrl, apiKey, endpoint, startTime] = process.argv.slice(2);
const tokenCheckMs = 600_000; // how often the SDK looks at its access token, and how soon it asks again for an auth token

// Before the SDK is loaded, which sets its first timers then. Short timeouts stay real: SDK and fetch wait with them.
mock.timers.enable({ apis: ["setInterval", "Date"], now: Number(startTime) });
const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout = (run, ms, ...args) => {
  if (!(ms >= tokenCheckMs)) return realSetTimeout(run, ms, ...args);
  const timer = setInterval(() => {
    clearInterval(timer);
    run(...args);
  }, ms);
  return timer;
};
const { Client } = createRequire(import.meta.url)("@amityco/ts-sdk");
const { createAmityAuth } = await import(clientModule);

const client = Client.createClient(apiKey, "sg", { apiEndpoint: { http: amityUrl }, rteEnabled: false });
// The SDK's response interceptor needs response.request.url, which axios' Node adapter lacks: every answer would throw.
client.http.defaults.adapter = "fetch";

let credential;
// Retries come at once: no test waits.
const auth = createAmityAuth({ endpoint, getCredentials: () => credential, sleep: async () => {} });

// What happened since the last command, and who waits for something to happen.
let events = [];
let watch = () => {};
function happened(event) {
  events.push(event);
  watch();
}
Client.onSessionStateChange(happened);

/** The client's handler, watched from outside. */
const sessionHandler = {
  sessionWillRenewAccessToken(renewal) {
    auth.sessionHandler().sessionWillRenewAccessToken({
      ...renewal,
      unableToRetrieveAuthToken() {
        renewal.unableToRetrieveAuthToken();
        happened("unable");
      },
    });
  },
};

const commands = {
  async login({ as }) {
    credential = as;
    const { userId, token: authToken } = await auth.getAuthToken();
    await Client.login({ userId, authToken, deviceId: `device of ${userId}` }, sessionHandler);
  },
  /** Lets time pass until the SDK has looked at its token so many times, and waits for the event, if there is one. */
  async pass({ checks, until }) {
    const seen = new Promise((resolve) => {
      watch = () => (events.includes(until) || !until) && resolve();
    });
    // One by one: a longer step would run all the checks at its end.
    for (let check = 0; check < checks; check++) mock.timers.tick(tokenCheckMs);
    if (until) await seen;
    // A request of its own there and back: one that was sent before it has come to something.
    else await fetch(new URL("/livez", endpoint));
  },
  async secureLogout() {
    await Client.secureLogout();
    auth.clear();
  },
  /** Without a word to Amity: an expired session has nothing to revoke. */
  async logout() {
    await Client.logout();
    auth.clear();
  },
};

process.on("message", async ({ command, ...options }) => {
  events = [];
  const refusal = await commands[command](options).then(
    () => undefined,
    ({ name, code, message }) => ({ name, code, message }),
  );
  process.send({ accessToken: client.token?.accessToken ?? "", state: client.sessionState, events, refusal });
});
