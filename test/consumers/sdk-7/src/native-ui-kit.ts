import { Client } from "@amityco/ts-sdk-react-native";
import { apiKey } from "./app.js";
import { amityAuth } from "./auth.js";

/** For `<AmityUiKitProvider {...props}>` of @amityco/react-native-social-uikit, once there are props. */
export async function nativeUiKitProps(user: { id: string; name: string }) {
  const authToken = await amityAuth.getAuthTokenForUiKit();
  return { apiKey, apiRegion: "sg", userId: user.id, displayName: user.name, authToken };
}

/** To be called before the kit is mounted. Gives a function that stops it. */
export function renewForUiKit(): () => void {
  return Client.onSessionStateChange((state) => {
    if (state !== "established") return;
    // The login sets the kit's own handler a moment after it has told the state.
    setTimeout(() => {
      Client.getActiveClient().sessionHandler = amityAuth.sessionHandler();
    });
  });
}
