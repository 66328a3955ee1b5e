// What stands for the app around the client: where its gateway is, and who is signed in.
const { GATEWAY = "", APP_TOKEN = "", USER_ID = "" } = process.env;

export const endpoint = GATEWAY;
export const userId = USER_ID;

/** The token that the app's own sign-in gave. */
export function appToken(): string {
  return APP_TOKEN;
}
