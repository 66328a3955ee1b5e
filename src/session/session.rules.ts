import { checkText, limits } from "../amity/input-rules.js";
import type { SessionApi, SessionRequest } from "../amity/requests.js";
import { badUserInput } from "../errors/app-error.js";
import type { CreateSessionInput, DeviceInfoInput } from "./session.input.js";

/**
 * Checks a session's input against the rules of Amity's session route in use, and gives what to send; strings are
 * unchanged. `userId` is the one resolved for the caller. Throws BAD_USER_INPUT.
 */
export function checkSession(input: CreateSessionInput, userId: string, api: SessionApi): SessionRequest {
  // Amity's OpenAPI for v5: these prefixes are its own.
  if (api === "v5" && /^(?:ADMIN_|DELETED_)/.test(userId)) {
    throw badUserInput("input.userId must not begin with ADMIN_ or DELETED_");
  }
  const deviceId = checkText("input.deviceId", input.deviceId, limits.deviceId);
  if (deviceId === undefined) throw badUserInput("input.deviceId must be given");
  const profileHandle = checkText("input.profileHandle", input.profileHandle, limits.profileHandle);
  if (api === "v3" && profileHandle !== undefined) {
    throw badUserInput("input.profileHandle is not supported by this gateway's session route, Amity's v3");
  }
  return {
    userId,
    deviceId,
    deviceInfo: input.deviceInfo ? checkDeviceInfo(input.deviceInfo, api) : undefined,
    displayName: checkText("input.displayName", input.displayName, limits.displayName),
    profileHandle,
    authToken: checkText("input.authToken", input.authToken, limits.authToken),
  };
}

function checkDeviceInfo({ kind, model, sdkVersion }: DeviceInfoInput, api: SessionApi): Record<string, string> {
  const modelLimit = api === "v5" ? limits.deviceModelV5 : limits.deviceModel;
  const checkedModel = checkText("input.deviceInfo.model", model, modelLimit);
  const checkedVersion = checkText("input.deviceInfo.sdkVersion", sdkVersion, limits.sdkVersion);
  return {
    ...(kind && { kind }),
    ...(checkedModel && { model: checkedModel }),
    ...(checkedVersion && { sdkVersion: checkedVersion }),
  };
}
