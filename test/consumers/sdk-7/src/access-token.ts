import { Client } from "@amityco/ts-sdk-react-native";
import { createAmityAuth } from "amity-graphql-client";
import { appToken, endpoint } from "./app.js";

/** `deviceId` is one for each user and device, and the same at the next start. */
export async function signInWithoutApiKey(deviceId: string): Promise<void> {
  const amityAuth = createAmityAuth({ endpoint, deviceId, getCredentials: () => `Bearer ${appToken()}` });
  const { accessToken } = await amityAuth.createSession();
  Client.setAccessTokenHandler(amityAuth.accessTokenHandler());
  await Client.loginWithAccessToken(accessToken);
}
