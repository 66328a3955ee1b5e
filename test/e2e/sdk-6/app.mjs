// An app that uses Amity's official SDK, driven over IPC. A process for each: the SDK keeps one client, one session and
// one abort signal for its whole module, and its timers never let go of the process.
// Arguments: Amity's URL, its API key, the gateway's GraphQL endpoint, the time to start from in milliseconds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { mock } from "node:test";

const [amityUrl, apiKey, gatewayUrl, startTime] = process.argv.slice(2);
const tokenCheckMs = 600_000; // how often the SDK looks at its access token
const authTokenQuery = readFileSync(new URL("../../../schema/operations/auth-token.graphql", import.meta.url), "utf8");

// Before the SDK is loaded, which sets its first timers then. setTimeout stays real: the SDK and fetch wait with it.
mock.timers.enable({ apis: ["setInterval", "Date"], now: Number(startTime) });
const { Client, UserRepository } = createRequire(import.meta.url)("@amityco/ts-sdk");

const client = Client.createClient(apiKey, "sg", { apiEndpoint: { http: amityUrl }, rteEnabled: false });
// The SDK's response interceptor needs response.request.url, which axios' Node adapter lacks: every answer would throw.
client.http.defaults.adapter = "fetch";

const states = [];
Client.onSessionStateChange((state) => states.push(state));

async function authToken(userId) {
  const response = await fetch(gatewayUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: authTokenQuery, variables: { userId } }),
  });
  return (await response.json()).data.authToken.token;
}

function established() {
  return new Promise((resolve) => {
    const stop = Client.onSessionStateChange((state) => {
      if (state !== "established") return;
      stop();
      resolve();
    });
  });
}

const commands = {
  async login({ userId, tokenOf }) {
    await Client.login(
      { userId, authToken: await authToken(tokenOf), deviceId: `device of ${userId}` },
      { sessionWillRenewAccessToken: async (renewal) => renewal.renewWithAuthToken(await authToken(userId)) },
    );
  },
  /** Lets time pass until the SDK has looked at its token so many times, and waits until it has renewed it. */
  async renew({ checks }) {
    const renewed = established();
    // One by one: a longer step would run all the checks at its end.
    for (let check = 0; check < checks; check++) mock.timers.tick(tokenCheckMs);
    await renewed;
  },
  async read({ userId }) {
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
  process.send({ accessToken: client.token?.accessToken ?? "", states, refusal });
});
