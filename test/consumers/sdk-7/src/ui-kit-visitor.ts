import { Client } from "@amityco/ts-sdk-react-native";
import { apiKey } from "./app.js";
import { amityAuth } from "./auth.js";

/** The kit makes its client with the same API key, and gets this one: the deviceId is the same. */
export async function visitorProps() {
  const client = Client.createClient(apiKey, "sg");
  const signature = await amityAuth.authSignature(await client.getVisitorDeviceId());
  return {
    apiKey,
    apiRegion: "sg",
    authSignatureExpiresAt: signature.authSignatureExpiresAt,
    getAuthSignature: async () => signature.authSignature,
  };
}
