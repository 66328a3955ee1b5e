import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { limits } from "../amity/input-rules.js";
import { RegionCode } from "../amity/regions.js";

export enum DeviceKind {
  IOS = "ios",
  ANDROID = "android",
  WEB = "web",
  NODE = "node",
}

registerEnumType(DeviceKind, {
  name: "DeviceKind",
  description: "What a device runs.",
  valuesConfig: {
    IOS: { description: "iOS or iPadOS." },
    ANDROID: { description: "Android." },
    WEB: { description: "A browser." },
    NODE: { description: "Node.js." },
  },
});

@InputType({ description: "About the device, for Amity's console." })
export class DeviceInfoInput {
  @Field(() => DeviceKind, { nullable: true, description: "What it runs." })
  kind?: DeviceKind | null;

  @Field(() => String, {
    nullable: true,
    description: `Its model, at most ${limits.deviceModel} characters (${limits.deviceModelV5} on Amity's v5 route).`,
  })
  model?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `Version of Amity's SDK on it, at most ${limits.sdkVersion} characters.`,
  })
  sdkVersion?: string | null;
}

@InputType({ description: "A session to open." })
export class CreateSessionInput {
  @Field(() => String, {
    description: `Id of the device, 1 to ${limits.deviceId} characters, one for each user and device: when another user opens a session with the same id, Amity ends the first one's.`,
  })
  deviceId!: string;

  @Field(() => ID, {
    nullable: true,
    description: `The user, 1 to ${limits.sessionUserId} characters. Default: the caller.`,
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `At most ${limits.displayName} characters. Given, it updates the user.`,
  })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `At most ${limits.profileHandle} characters. Given, it updates the user. Amity's session routes v4 and v5 only.`,
  })
  profileHandle?: string | null;

  @Field(() => DeviceInfoInput, { nullable: true, description: "About the device, for Amity's console." })
  deviceInfo?: DeviceInfoInput | null;

  @Field(() => String, {
    nullable: true,
    description:
      "An auth token that the client already holds. Without it, in secure mode, the gateway mints one itself.",
  })
  authToken?: string | null;

  @Field(() => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
  region?: RegionCode | null;
}

@InputType({ description: "A visitor's session to open." })
export class CreateVisitorSessionInput {
  @Field(() => String, {
    description: `Id of the device, 1 to ${limits.deviceId} characters. It stands for the visitor: the same one has the same visitor.`,
  })
  deviceId!: string;

  @Field(() => DeviceInfoInput, { nullable: true, description: "About the device, for Amity's console." })
  deviceInfo?: DeviceInfoInput | null;

  @Field(() => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
  region?: RegionCode | null;
}
