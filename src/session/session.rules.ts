import { checkText, limits } from "../amity/input-rules.js";
import type { RegionCode } from "../amity/regions.js";
import type { SessionApi, SessionRequest } from "../amity/requests.js";
import type { PermittedUserId } from "../caller/access.js";
import { badUserInput } from "../errors/app-error.js";
import type { CreateSessionInput, DeviceInfoInput } from "./session.input.js";

/** A session to open: the input, with what was decided about the caller in place of what the caller asked for. */
export interface SessionOrder extends Omit<CreateSessionInput, "region" | "userId" | "displayName"> {
  readonly region: RegionCode;
  readonly userId: PermittedUserId;
  readonly displayName: string | undefined;
}

/**
 * Checks an order against the rules of Amity's session route in use, and gives what to send; strings are unchanged.
 * Throws BAD_USER_INPUT.
 */
export function checkSession(order: SessionOrder, api: SessionApi): SessionRequest {
  const userId = checkText("input.userId", order.userId, limits.sessionUserId);
  // Amity's OpenAPI for v5: these prefixes are its own.
  if (api === "v5" && /^(?:ADMIN_|DELETED_)/.test(userId)) {
    throw badUserInput("input.userId must not begin with ADMIN_ or DELETED_");
  }
  const profileHandle = checkText("input.profileHandle", order.profileHandle, limits.profileHandle);
  if (api === "v3" && profileHandle !== undefined) {
    throw badUserInput("input.profileHandle is not supported by this gateway's session route, Amity's v3");
  }
  return {
    userId,
    deviceId: checkText("input.deviceId", order.deviceId, limits.deviceId),
    deviceInfo: order.deviceInfo ? checkDeviceInfo(order.deviceInfo, api) : undefined,
    displayName: checkText("input.displayName", order.displayName, limits.displayName),
    profileHandle,
    authToken: checkText("input.authToken", order.authToken, limits.authToken),
  };
}

/** The same for what it says of the device. */
export function checkDeviceInfo({ kind, model, sdkVersion }: DeviceInfoInput, api: SessionApi): Record<string, string> {
  const modelLimit = api === "v5" ? limits.deviceModelV5 : limits.deviceModel;
  const checkedModel = checkText("input.deviceInfo.model", model, modelLimit);
  const checkedVersion = checkText("input.deviceInfo.sdkVersion", sdkVersion, limits.sdkVersion);
  return {
    ...(kind && { kind }),
    ...(checkedModel && { model: checkedModel }),
    ...(checkedVersion && { sdkVersion: checkedVersion }),
  };
}
