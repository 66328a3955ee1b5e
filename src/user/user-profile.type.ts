import { Field, ID, ObjectType } from "type-graphql";
import { RegionCode } from "../amity/regions.js";

@ObjectType({ description: "What apps show of a user." })
export class UserProfile {
  @Field(() => ID, { description: "The public id, chosen by the app." })
  userId!: string;

  @Field(() => String, { nullable: true, description: "The name shown to others." })
  displayName?: string | undefined;

  @Field(() => String, { nullable: true, description: "The user's handle." })
  profileHandle?: string | undefined;

  @Field(() => String, { nullable: true, description: "What the user says of himself or herself." })
  description?: string | undefined;

  @Field(() => ID, { nullable: true, description: "Id of the avatar's file at Amity." })
  avatarFileId?: string | undefined;

  @Field(() => String, { nullable: true, description: "URL of an avatar kept elsewhere." })
  avatarCustomUrl?: string | undefined;

  @Field(() => Boolean, { description: "Is it a brand's account?" })
  isBrand!: boolean;

  @Field(() => Boolean, { description: "Is the user deleted? Amity keeps the id, and names nobody any more." })
  isDeleted!: boolean;

  @Field(() => RegionCode, { description: "The network's region." })
  region!: RegionCode;
}
