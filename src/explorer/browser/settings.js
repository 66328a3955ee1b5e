// What the gateway says of itself.

export const settings = JSON.parse(document.getElementById("settings").textContent);

/** Do callers show a credential here? Under AUTH_MODE=none it would be ignored. */
export const callersSignIn = settings.callers !== "none";
