// An app that uses Amity's SDK 7 with amity-graphql/client, driven over IPC as app.mjs is.
// Arguments: the client's module, Amity's URL, its API key, the gateway's GraphQL endpoint, the time to start from in
// milliseconds.
import { createRequire } from "node:module";
import { mock } from "node:test";

const [clientModule, amityUrl, apiKey, endpoint, startTime] = process.argv.slice(2);
const tokenCheckMs = 600_000; // how often the SDK looks at its access token
const noRealTime = { disableRTE: true };

// Before the SDK is loaded, which sets its first timers then. setTimeout stays real: the SDK and axios wait with it.
mock.timers.enable({ apis: ["setInterval", "Date"], now: Number(startTime) });
Object.defineProperty(globalThis, "navigator", { value: { product: "ReactNative" } });
const { Client } = createRequire(import.meta.url)("@amityco/ts-sdk-react-native");
const { createAmityAuth } = await import(clientModule);

const client = Client.createClient(apiKey, "sg", { apiEndpoint: { http: amityUrl }, rteEnabled: false });

// What happened since the last command, and who waits for something to happen.
let events = [];
let watch = () => {};
function happened(event) {
  events.push(event);
  watch();
}
Client.onSessionStateChange(happened);
// By default that ends the process.
process.on("unhandledRejection", (error) => happened(`unhandled ${error?.code}`));

// A renewed token is the one thing that every kind of renewal ends with.
let token;
Object.defineProperty(client, "token", {
  get: () => token,
  set(value) {
    token = value;
    if (value) happened("token");
  },
});

let credential;
const auth = createAmityAuth({
  endpoint,
  deviceId: "phone",
  getCredentials: () => credential,
  // A thousand times as fast.
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 1_000)),
  onRenewalFailure: ({ code }) => happened(`failed ${code}`),
});

const commands = {
  async login() {
    const { userId, token: authToken } = await auth.getAuthToken();
    await Client.login({ userId, authToken, deviceId: "phone" }, auth.sessionHandler(), noRealTime);
  },
  async loginWithAccessToken() {
    const { accessToken } = await auth.createSession();
    Client.setAccessTokenHandler(auth.accessTokenHandler());
    await Client.loginWithAccessToken(accessToken);
  },
  async loginAsVisitor() {
    const { authSignature, authSignatureExpiresAt } = await auth.authSignature(await client.getVisitorDeviceId());
    await Client.loginAsVisitor({ authSignature, authSignatureExpiresAt, sessionHandler: auth.sessionHandler() });
  },
  /** As @amityco/ui-kit 4.23.0 does, to the letter. */
  async openUiKit({ userId }) {
    const getAuthToken = auth.getAuthTokenForUiKit;
    const authToken = await getAuthToken();
    const sessionWillRenewAccessToken = (renewal) => {
      getAuthToken().then((fresh) => {
        renewal.renewWithAuthToken(fresh);
      });
    };
    await Client.login({ userId, displayName: userId, authToken }, { sessionWillRenewAccessToken }, noRealTime);
  },
  /** As @amityco/react-native-social-uikit 4.2.0 does, and what an app can do about it: src/native-ui-kit.ts. */
  async openNativeUiKit({ userId, mends }) {
    const stop = Client.onSessionStateChange((state) => {
      if (state !== "established" || !mends) return;
      setTimeout(() => {
        Client.getActiveClient().sessionHandler = auth.sessionHandler();
      });
    });
    const authToken = await auth.getAuthTokenForUiKit();
    const sessionWillRenewAccessToken = (renewal) => {
      renewal.renew();
    };
    await Client.login({ userId, authToken }, { sessionWillRenewAccessToken }, noRealTime);
    stop();
  },
  /** Lets time pass until the SDK has looked at its token so many times, and waits for the event. */
  async pass({ checks, until }) {
    const seen = new Promise((resolve) => {
      watch = () => events.includes(until) && resolve();
    });
    // One by one: a longer step would run all the checks at its end.
    for (let check = 0; check < checks; check++) mock.timers.tick(tokenCheckMs);
    await seen;
  },
  async secureLogout() {
    await Client.secureLogout();
    auth.clear();
  },
};

process.on("message", async ({ command, as, ...options }) => {
  events = [];
  credential = as ?? credential;
  const refusal = await commands[command](options).then(
    () => undefined,
    ({ name, code, message }) => ({ name, code, message }),
  );
  process.send({ accessToken: token?.accessToken ?? "", userId: client.userId, events, refusal });
});
