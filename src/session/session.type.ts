import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { RegionCode } from "../amity/regions.js";
import { DateTimeScalar, JsonObjectScalar } from "../scalars.js";
import { User } from "../user/user.type.js";

export enum UserType {
  SIGNED_IN = "signed-in",
  VISITOR = "visitor",
  BOT = "bot",
  OTHER = "other",
}

registerEnumType(UserType, {
  name: "UserType",
  description: "What kind of user a session belongs to.",
  valuesConfig: {
    SIGNED_IN: { description: "A user of the app." },
    VISITOR: { description: "A visitor who is not signed in; may only read." },
    BOT: { description: "A bot; may only read." },
    OTHER: { description: "A kind that this version does not know." },
  },
});

@ObjectType({ description: "A file that a session's users refer to, such as an avatar." })
export class File {
  @Field(() => ID, { description: "The file's id." })
  fileId!: string;

  @Field(() => String, { nullable: true, description: "Where to download it." })
  fileUrl?: string | undefined;

  @Field(() => String, { nullable: true, description: "image, file, video or a kind that Amity adds." })
  type?: string | undefined;

  @Field(() => String, { nullable: true, description: "Who can read it: public, network or a kind that Amity adds." })
  accessType?: string | undefined;

  @Field(() => String, { nullable: true, description: "Text that stands for the file." })
  altText?: string | undefined;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it was uploaded." })
  createdAt?: Date | undefined;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it was last changed." })
  updatedAt?: Date | undefined;

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description: "Name, size, media type and the like, as Amity has them.",
  })
  attributes?: Record<string, unknown> | undefined;
}

@ObjectType({ description: "A role of the network that a session's users hold." })
export class Role {
  @Field(() => ID, { description: "The role's id." })
  roleId!: string;

  @Field(() => String, { nullable: true, description: "The role's name." })
  displayName?: string | undefined;

  @Field(() => [String], { description: "What the role permits. An open list: Amity adds to it." })
  permissions!: string[];

  @Field(() => Boolean, { description: "Is the role deleted?" })
  isDeleted!: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it was created." })
  createdAt?: Date | undefined;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it was last changed." })
  updatedAt?: Date | undefined;
}

@ObjectType({ description: "A session of one user on one device with Amity. Its tokens are secrets." })
export class Session {
  @Field(() => String, { description: "The token for Amity's API." })
  accessToken!: string;

  @Field(() => String, { nullable: true, description: "Amity's session routes v3 and v4 only." })
  refreshToken?: string | undefined;

  @Field(() => ID, { description: "The user who is signed in." })
  userId!: string;

  @Field(() => RegionCode, { description: "The network's region." })
  region!: RegionCode;

  @Field(() => UserType, { description: "When Amity names none: SIGNED_IN, and VISITOR from `createVisitorSession`." })
  userType!: UserType;

  @Field(() => DateTimeScalar, { description: "When the session began." })
  issuedAt!: Date;

  @Field(() => DateTimeScalar, {
    description:
      "When the access token dies: as Amity says, else one day (unsecure) or 30 days (secure) after `issuedAt`.",
  })
  expiresAt!: Date;

  @Field(() => DateTimeScalar, { description: "When a client should open the next: after 80 % of the life." })
  refreshAfter!: Date;

  @Field(() => User, { description: "The user who is signed in." })
  user!: User;

  @Field(() => [User], { description: "All users that Amity sent along." })
  users!: User[];

  @Field(() => [File], { description: "The files that those users refer to." })
  files!: File[];

  @Field(() => [Role], { description: "The roles that those users hold." })
  roles!: Role[];

  @Field(() => DateTimeScalar, { nullable: true, description: "When Amity last asked clients to drop their caches." })
  lastCachePurge?: Date | undefined;
}
