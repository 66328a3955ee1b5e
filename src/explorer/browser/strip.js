// The strip above GraphiQL: who somebody is, until when, and the field that takes a token.

import { helpNoMore } from "./help.js";
import { authorization, identityOf, keepCredential, onIdentity } from "./identity.js";
import { callersSignIn, settings } from "./settings.js";

const chip = document.getElementById("who");
const more = document.getElementById("who-more");

/** A timer's longest wait. */
const longestMs = 2 ** 31 - 1;
let timer;

const chipClasses = { nobody: "chip", user: "chip good", expired: "chip bad", sealed: "chip good" };

export function startStrip() {
  if (!callersSignIn) {
    more.textContent = "no token needed";
    more.title = "AUTH_MODE=none";
    return;
  }
  onIdentity(showIdentity);
  onIdentity(() => helpNoMore("refusal"));
  startForm();
}

export function currentIdentity() {
  return identityOf(authorization(), settings.callers.userClaim, Date.now());
}

function showIdentity() {
  const { kind, user, expires } = currentIdentity();
  const name = user ?? "Somebody";
  const words = {
    nobody: ["Nobody", "signed in"],
    user: [name, expires ? `until ${clockTime(expires)}` : ""],
    expired: [`${name}, expired`, expires ? `at ${clockTime(expires)}` : ""],
    sealed: ["A credential", "that only the gateway can read"],
  }[kind];
  chip.className = chipClasses[kind];
  [chip.textContent, more.textContent] = words;
  clearTimeout(timer);
  const left = expires - Date.now();
  if (left > 0) timer = setTimeout(showIdentity, Math.min(left, longestMs));
}

/** With the day where the time alone could be taken for another day's. */
function clockTime(date) {
  const isNear = Math.abs(date - Date.now()) < 12 * 3_600_000;
  return date.toLocaleString("en-GB", isNear ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
}

function startForm() {
  const button = document.getElementById("token-button");
  const form = document.getElementById("token-form");
  const input = document.getElementById("token");
  const show = (isShown) => {
    form.hidden = !isShown;
    button.setAttribute("aria-expanded", String(isShown));
    (isShown ? input : button).focus();
  };
  const use = (text) => {
    keepCredential(text, settings.callers);
    input.value = "";
    show(false);
  };
  button.addEventListener("click", () => show(form.hidden));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim() !== "") use(input.value);
  });
  document.getElementById("token-forget").addEventListener("click", () => use(""));
  form.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") show(false);
  });
}
