import { nativeUiKitProps } from "./native-ui-kit.js";
import { uiKitProps } from "./ui-kit.js";
import { visitorProps } from "./ui-kit-visitor.js";

/** What the provider of @amityco/ui-kit 4.23.0 takes, by its type declarations. */
interface UiKitProps {
  apiKey: string;
  apiRegion: string;
  userId?: string;
  displayName?: string;
  getAuthToken?: () => Promise<string>;
  authSignatureExpiresAt?: string;
  getAuthSignature?: (of: { deviceId: string; authSignatureExpiresAt: string }) => Promise<string>;
}

/** What the provider of @amityco/react-native-social-uikit 4.2.0 takes, by its sources. */
interface NativeUiKitProps {
  apiKey: string;
  apiRegion?: string;
  userId?: string;
  displayName?: string;
  authToken?: string;
}

const user = { id: "alice", name: "Alice" };
export const props: UiKitProps[] = [uiKitProps(user), await visitorProps()];
export const nativeProps: NativeUiKitProps = await nativeUiKitProps(user);
