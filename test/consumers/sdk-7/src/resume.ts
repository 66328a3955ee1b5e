import { Client } from "@amityco/ts-sdk-react-native";
import { amityAuth } from "./auth.js";

export async function resume(userId: string, token: Amity.Tokens): Promise<void> {
  await Client.resumeSession({ userId, token }, amityAuth.sessionHandler());
  Client.getActiveClient().loginType = "userId";
}
