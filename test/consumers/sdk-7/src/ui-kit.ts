import { apiKey } from "./app.js";
import { amityAuth } from "./auth.js";

/** For `<AmityUIKitProvider {...uiKitProps(user)}>` of @amityco/ui-kit. */
export function uiKitProps(user: { id: string; name: string }) {
  return {
    apiKey,
    apiRegion: "sg",
    userId: user.id,
    displayName: user.name,
    getAuthToken: amityAuth.getAuthTokenForUiKit,
  };
}
