// An app that uses Amity's SDK 7, driven over IPC as test/e2e/sdk-6/app.mjs is, and a process for the same reasons.
// Arguments: Amity's URL, its API key, the gateway's GraphQL endpoint, the time to start from in milliseconds.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { mock } from "node:test";

const [amityUrl, apiKey, gatewayUrl, startTime] = process.argv.slice(2);
const tokenCheckMs = 600_000; // how often the SDK looks at its access token
const signatureLifeMs = 600_000;
// Nothing in real time: the SDK would open a connection to Amity.
const noRealTime = { disableRTE: true };

// Before the SDK is loaded, which sets its first timers then. setTimeout stays real: the SDK and axios wait with it.
mock.timers.enable({ apis: ["setInterval", "Date"], now: Number(startTime) });
// It keeps its deviceId, as on a phone; without this each question for it would get another.
Object.defineProperty(globalThis, "navigator", { value: { product: "ReactNative" } });
const { Client, UserRepository } = createRequire(import.meta.url)("@amityco/ts-sdk-react-native");

const client = Client.createClient(apiKey, "sg", { apiEndpoint: { http: amityUrl }, rteEnabled: false });

const states = [];
Client.onSessionStateChange((state) => states.push(state));

// A renewed token is the one thing that every kind of renewal ends with.
let token;
let watchToken = () => {};
Object.defineProperty(client, "token", {
  get: () => token,
  set(value) {
    token = value;
    if (value) watchToken();
  },
});

function newToken() {
  return new Promise((resolve) => {
    watchToken = resolve;
  });
}

/** Runs one of the operations that this project publishes. */
async function ask(operation, variables) {
  const query = readFileSync(new URL(`../../../schema/operations/${operation}.graphql`, import.meta.url), "utf8");
  const response = await fetch(gatewayUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}

async function authToken(userId) {
  return (await ask("auth-token", { userId })).authToken.token;
}

async function accessToken(userId) {
  return (await ask("create-session", { input: { userId, deviceId: `backend of ${userId}` } })).createSession
    .accessToken;
}

/** How often the SDK wanted to renew. */
let asked = 0;

function sessionHandlerOf(userId) {
  return {
    async sessionWillRenewAccessToken(renewal) {
      asked++;
      renewal.renewWithAuthToken(await authToken(userId));
    },
  };
}

/** What a backend with the visitor secret gives for this device. */
async function signature(secret) {
  const deviceId = await client.getVisitorDeviceId();
  const authSignatureExpiresAt = new Date(Date.now() + signatureLifeMs).toISOString();
  const message = `deviceId=${deviceId}&authSignatureExpiresAt=${authSignatureExpiresAt}`;
  return { authSignature: createHmac("sha256", secret).update(message).digest("hex"), authSignatureExpiresAt };
}

/** What the gateway gives for this device. */
async function signatureOfGateway() {
  const deviceId = await client.getVisitorDeviceId();
  const { authSignature, authSignatureExpiresAt } = (await ask("visitor-signature", { deviceId })).visitorSignature;
  return { authSignature, authSignatureExpiresAt };
}

function letChecksPass(checks) {
  // One by one: a longer step would run all the checks at its end.
  for (let check = 0; check < checks; check++) mock.timers.tick(tokenCheckMs);
}

const commands = {
  async login({ userId, tokenOf }) {
    const credentials = { userId, authToken: await authToken(tokenOf), deviceId: `device of ${userId}` };
    await Client.login(credentials, sessionHandlerOf(userId), noRealTime);
  },
  /** Takes up a session that was opened before. */
  async resume({ userId, session, setsLoginType }) {
    await Client.resumeSession({ userId, token: session }, sessionHandlerOf(userId), noRealTime);
    if (setsLoginType) client.loginType = "userId";
  },
  /** With a session that the gateway opened, which opens the next ones too. */
  async loginWithAccessToken({ userId }) {
    Client.setAccessTokenHandler({ onTokenRenew: accessToken });
    await Client.loginWithAccessToken(await accessToken(userId));
  },
  /** By a signature of the gateway's, or one made here with a secret. */
  async loginAsVisitor({ secret }) {
    const sign = secret === undefined ? signatureOfGateway : () => signature(secret);
    await Client.loginAsVisitor({
      ...(await sign()),
      sessionHandler: {
        sessionWillRenewAccessToken: async (renewal) => renewal.renewWithAuthSignature(await sign()),
      },
    });
  },
  async loginAsBot() {
    await Client.loginAsBot({ sessionHandler: { sessionWillRenewAccessToken: (renewal) => renewal.renew() } });
  },
  /** Lets time pass until the SDK has looked at its token so many times, and waits until it has renewed it. */
  async renew({ checks }) {
    const renewed = newToken();
    letChecksPass(checks);
    await renewed;
  },
  /** Lets time pass until the SDK has looked at its token so many times, whatever comes of it. */
  async pass({ checks }) {
    letChecksPass(checks);
    // A request of its own there and back: one that was sent before it has come to something.
    await ask("regions", {});
  },
  /** Reads what an app reads as soon as it has a session. */
  async read({ userId }) {
    await Client.getSocialSettings();
    await Client.getShareableLinkConfiguration();
    await UserRepository.getUserByIds([userId]);
  },
  /** Reads with a session that is over, until the SDK has taken notice: it does so a moment after the refusal. */
  async readLast({ userId }) {
    const terminated = new Promise((resolve) => {
      Client.onSessionStateChange((state) => state === "terminated" && resolve());
    });
    try {
      await commands.read({ userId });
    } finally {
      await terminated;
    }
  },
  async changeName({ userId, displayName }) {
    await UserRepository.updateUser(userId, { displayName });
  },
  async secureLogout() {
    await Client.secureLogout();
  },
};

process.on("message", async ({ command, ...options }) => {
  states.length = 0;
  const refusal = await commands[command](options).then(
    () => undefined,
    (error) => ({ type: error.constructor.name, code: error.code, message: error.message }),
  );
  process.send({ accessToken: token?.accessToken ?? "", userId: client.userId, states, asked, refusal });
});
