import { Field, ID, Int, ObjectType } from "type-graphql";
import { DateTimeScalar, JsonObjectScalar, JsonScalar } from "../scalars.js";

@ObjectType({ description: "Amity's own digest of a user's flags." })
export class HashFlag {
  @Field(() => Int, { nullable: true, description: "Number of bits." })
  bits?: number | undefined;

  @Field(() => Int, { nullable: true, description: "Number of hash functions." })
  hashes?: number | undefined;

  @Field(() => JsonScalar, { nullable: true, description: "The digest. Amity's documents disagree on its type." })
  hash?: unknown;
}

@ObjectType({ description: "A user of an Amity network, as Amity describes it." })
export class User {
  @Field(() => ID, { nullable: true, description: "Amity's private id." })
  _id?: string | undefined;

  @Field(() => ID, { description: "The public id, chosen by the app." })
  userId!: string;

  @Field(() => String, { nullable: true, description: "Path of the user's realtime topic." })
  path?: string | undefined;

  @Field(() => String, { nullable: true, description: "The name shown to others." })
  displayName?: string | undefined;

  @Field(() => String, { nullable: true, description: "The user's handle." })
  profileHandle?: string | undefined;

  @Field(() => String, { nullable: true, description: "What the user says of himself or herself." })
  description?: string | undefined;

  @Field(() => ID, { nullable: true, description: "Id of the avatar among `Session.files`." })
  avatarFileId?: string | undefined;

  @Field(() => String, { nullable: true, description: "URL of an avatar kept elsewhere." })
  avatarCustomUrl?: string | undefined;

  @Field(() => JsonObjectScalar, { nullable: true, description: "The app's own data about the user." })
  metadata?: Record<string, unknown> | undefined;

  @Field(() => [String], { description: "The user's roles, by id." })
  roles!: string[];

  @Field(() => [String], { description: "The user's permissions. An open list: Amity adds to it." })
  permissions!: string[];

  @Field(() => Int, { description: "How often others flagged the user." })
  flagCount!: number;

  @Field(() => HashFlag, { nullable: true, description: "Amity's own digest of the flags." })
  hashFlag?: HashFlag | undefined;

  @Field(() => Boolean, { description: "Is the user banned from the whole network?" })
  isGlobalBan!: boolean;

  @Field(() => Boolean, { description: "Is it a brand's account?" })
  isBrand!: boolean;

  @Field(() => Boolean, { description: "Is the user deleted?" })
  isDeleted!: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the user was created." })
  createdAt?: Date | undefined;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the user was last changed." })
  updatedAt?: Date | undefined;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the user was deleted." })
  deletedAt?: Date | undefined;
}
