// The whole way of an app with Amity's SDK in secure mode: sign in, log in with a gateway's token, stay logged in,
// log out.
import { Client } from "@amityco/ts-sdk";
import { createAmityAuth } from "amity-graphql-client";

const element = (id) => document.getElementById(id);
const settings = await (await fetch("settings.json")).json();

/** Who is signed in to the app itself: { userId, displayName, token }. */
let account;
/** The session's access token, as the page shows it. */
let shownToken;

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

/** Was Amity told? Its session lives on otherwise, though nobody here has it. */
async function logOut() {
  try {
    await Client.secureLogout(); // ends the access token at Amity too
    return true;
  } catch {
    await Client.logout(); // without a network, at least here
    return false;
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
  if (response.status === 400) throw new Error("A name has 1 to 50 characters");
  if (!response.ok) throw new Error(`The demo's backend answered ${response.status}`);
  return response.json();
}

function showSession() {
  const isIn = account !== undefined;
  element("sign-in").hidden = isIn;
  element("session").hidden = !isIn;
  element("user-id").textContent = account?.userId ?? "";
  element("display-name").textContent = account?.displayName ?? "";
  shownToken = client.token?.accessToken;
  showExpiry();
  // The focus would be lost with the button that was pressed.
  element(isIn ? "title" : "name").focus();
}

/** The SDK's token changes when the session is renewed, so the countdown starts again by itself. */
function showExpiry() {
  if (!account || !client.token) return;
  const { accessToken, expiresAt } = client.token;
  if (accessToken !== shownToken) tell({ status: "The session was renewed." });
  shownToken = accessToken;
  const seconds = Math.round((Date.parse(expiresAt) - Date.now()) / 1_000);
  element("title").textContent = seconds > 0 ? "You are signed in" : "Your session has expired";
  element("expiry").textContent = seconds > 0 ? inWords(seconds) : "no time left";
}

function inWords(seconds) {
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** One of them at a time: what was told before is over. */
function tell({ status = "", problem = "" }) {
  element("status").textContent = status;
  element("problem").textContent = problem;
}

element("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  tell({ status: "Signing in …" });
  element("submit").disabled = true; // or a second press would sign in twice
  try {
    await signIn(element("name").value);
    tell({});
  } catch (error) {
    forget();
    tell({ problem: `That did not work. ${error.message}.` });
  } finally {
    element("submit").disabled = false;
  }
  showSession();
});

element("log-out").addEventListener("click", async () => {
  tell({ status: "Logging out …" });
  element("log-out").disabled = true;
  const isEnded = await logOut();
  element("log-out").disabled = false;
  element("sign-in").reset();
  if (isEnded) tell({ status: "You are logged out." });
  else
    tell({ problem: "You are logged out here, but Amity could not be told: its session ends when its time is over." });
  showSession();
});

// Where Amity refuses a renewal, its SDK tells nobody but the browser.
addEventListener("unhandledrejection", () => {
  if (account) tell({ problem: "Amity did not renew the session." });
});

setInterval(showExpiry, 1_000);
element("submit").disabled = false; // sent before, the form would leave the page
