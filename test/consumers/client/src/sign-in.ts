import { Client } from "@amityco/ts-sdk";
import { createAmityAuth } from "amity-graphql-client";
import { appToken, endpoint } from "./app.js";

export const amityAuth = createAmityAuth({
  endpoint,
  getCredentials: async () => `Bearer ${appToken()}`,
});

/** Once at start. The API key may be in an app; the server key never. */
export function createAmityClient(apiKey: string): void {
  Client.createClient(apiKey, "sg");
}

/** When your app's own sign-in is done. The SDK then renews its session by itself. */
export async function signInToAmity(displayName: string): Promise<void> {
  const { token, userId } = await amityAuth.getAuthToken();
  await Client.login({ userId, displayName, authToken: token }, amityAuth.sessionHandler());
}

/** Before your app's own sign-out. */
export async function signOutOfAmity(): Promise<void> {
  amityAuth.clear();
  await Client.secureLogout();
}
