import type {
  CreateSessionInput,
  CreateSessionMutation,
  FetchAuthTokenQuery,
  FetchVisitorSignatureQuery,
  RegionCode,
} from "./generated/operations.js";
import { at, textLike } from "./unknown.js";

/** A token for Amity's SDK, and for how long it is good: RFC 3339 date-times by the gateway's clock. */
export type AuthToken = FetchAuthTokenQuery["authToken"];

const sessionFields = [
  "accessToken",
  "refreshToken",
  "userId",
  "region",
  "userType",
  "issuedAt",
  "expiresAt",
  "refreshAfter",
] as const;
/** A session at Amity, without what Amity tells of its user. Its tokens are secrets. */
export type Session = Pick<CreateSessionMutation["createSession"], (typeof sessionFields)[number]>;

/** What Amity's SDK takes for a visitor in secure visitor mode: its first two texts, letter by letter. */
export type VisitorSignature = FetchVisitorSignatureQuery["visitorSignature"];

/** What may be left out as undefined: JSON has none. */
type Given<Input> = { readonly [Name in keyof Input]: Input[Name] | undefined };

/** One of the operations in schema/operations, without what a server does not need. */
export interface Operation<Result, Variables> {
  readonly query: string;
  readonly field: string;
  /** Texts that an answer has. */
  readonly texts: readonly (keyof Result & string)[];
  /** Those that are date-times. */
  readonly times: readonly (keyof Result & string)[];
  /** Whom the answer has to be for, if that was asked. */
  readonly subject: (variables: Variables) => Partial<Result>;
}

export const authToken: Operation<AuthToken, { userId: string | undefined; region: RegionCode | undefined }> = {
  query:
    "query FetchAuthToken($userId:ID$region:RegionCode){authToken(userId:$userId region:$region){token userId region issuedAt expiresAt refreshAfter}}",
  field: "authToken",
  texts: ["token", "userId", "region"],
  times: ["issuedAt", "expiresAt", "refreshAfter"],
  subject: ({ userId }) => (userId ? { userId } : {}),
};

export const createSession: Operation<Session, { input: Given<CreateSessionInput> }> = {
  query: `mutation CreateSession($input:CreateSessionInput!){createSession(input:$input){${sessionFields.join(" ")}}}`,
  field: "createSession",
  texts: ["accessToken", "userId", "region"],
  times: ["issuedAt", "expiresAt", "refreshAfter"],
  subject: ({ input: { userId } }) => (userId ? { userId } : {}),
};

export const visitorSignature: Operation<VisitorSignature, { deviceId: string; region: RegionCode | undefined }> = {
  query:
    "query FetchVisitorSignature($deviceId:String!$region:RegionCode){visitorSignature(deviceId:$deviceId region:$region){deviceId authSignature authSignatureExpiresAt refreshAfter region}}",
  field: "visitorSignature",
  texts: ["authSignature", "region"],
  times: ["authSignatureExpiresAt", "refreshAfter"],
  subject: ({ deviceId }) => ({ deviceId }),
};

/** Is this what the operation asked for? */
export function isAnswer<Result, Variables>(
  { texts, times, subject }: Operation<Result, Variables>,
  variables: Variables,
  value: unknown,
): value is Result {
  const isText = (name: string) => textLike(/./, at(value, name)) !== undefined;
  const isTime = (name: string) => isText(name) && !Number.isNaN(Date.parse(String(at(value, name))));
  const isSame = ([name, wanted]: [string, unknown]) => at(value, name) === wanted;
  return texts.every(isText) && times.every(isTime) && Object.entries(subject(variables)).every(isSame);
}
