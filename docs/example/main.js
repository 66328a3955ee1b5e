// The whole way of an app with Amity's SDK in secure mode: sign in, log in with a gateway's token, stay logged in,
// log out.
import { Client } from "@amityco/ts-sdk";
import { createAmityAuth } from "amity-graphql/client";

const element = (id) => document.getElementById(id);
const settings = await (await fetch("settings.json")).json();

/** Who is signed in to the app itself: { userId, displayName, token }. */
let account;

const auth = createAmityAuth({
  endpoint: settings.gateway,
  getCredentials: () => account && `Bearer ${account.token}`,
  onRenewalFailure: ({ code }) => tell({ problem: `The session could not be renewed yet (${code}).` }),
});

// An app on a real network gives its API key and region, and nothing else.
const client = Client.createClient(settings.apiKey, "sg", {
  apiEndpoint: { http: settings.amity },
  rteEnabled: false, // the emulator has no realtime events
});

async function signIn(name) {
  account = await askBackend("sign-in", { name });
  const { userId, displayName } = account;
  const { token: authToken } = await auth.getAuthToken();
  const isIn = await Client.login({ userId, displayName, authToken }, auth.sessionHandler());
  if (!isIn) throw new Error("Amity lets this user in no more");
}

async function logOut() {
  try {
    await Client.secureLogout(); // ends the access token at Amity too
  } catch {
    await Client.logout(); // without a network, at least here
  } finally {
    forget();
  }
}

function forget() {
  auth.clear(); // or the next user would find a token of this one
  account = undefined;
}

/** The app's own backend, which knows its users; here server.mjs. */
async function askBackend(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`the demo's backend answered ${response.status}`);
  return response.json();
}

function showSession() {
  const isIn = account !== undefined;
  element("sign-in").hidden = isIn;
  element("session").hidden = !isIn;
  element("user-id").textContent = client.userId ?? "";
  element("display-name").textContent = account?.displayName ?? "";
  showExpiry();
  // The focus would be lost with the button that was pressed.
  element(isIn ? "title" : "name").focus();
}

/** The SDK's token changes when the session is renewed, so the countdown starts again by itself. */
function showExpiry() {
  if (!client.token) return;
  const seconds = Math.max(0, Math.round((Date.parse(client.token.expiresAt) - Date.now()) / 1_000));
  element("expiry").textContent = `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

function tell({ status = "", problem = "" }) {
  element("status").textContent = status;
  element("problem").textContent = problem;
}

element("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  tell({ status: "Signing in …" });
  try {
    await signIn(element("name").value);
    tell({});
  } catch (error) {
    forget();
    tell({ problem: `That did not work. ${error.message}.` });
  }
  showSession();
});

element("log-out").addEventListener("click", async () => {
  await logOut();
  element("sign-in").reset();
  tell({ status: "You are logged out." });
  showSession();
});

setInterval(showExpiry, 1_000);
element("submit").disabled = false; // sent before, the form would leave the page
