import { Client } from "@amityco/ts-sdk-react-native";
import { amityAuth } from "./auth.js";

export async function visit(client: Amity.Client): Promise<void> {
  const { authSignature, authSignatureExpiresAt } = await amityAuth.authSignature(await client.getVisitorDeviceId());
  await Client.loginAsVisitor({ authSignature, authSignatureExpiresAt, sessionHandler: amityAuth.sessionHandler() });
}
