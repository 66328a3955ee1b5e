/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A point in time: an RFC 3339 date-time in UTC with milliseconds, such as 2026-11-22T08:00:00.000Z. */
  DateTime: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  /** A JSON object with any content. */
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
};

/** A short-lived secret that lets one user of one region open a session with Amity. Do not store or log it. */
export type AuthToken = {
  __typename?: 'AuthToken';
  /** When it dies: ten minutes after `issuedAt`. */
  expiresAt: Scalars['DateTime']['output'];
  /** When it was asked for. */
  issuedAt: Scalars['DateTime']['output'];
  /** When a client should ask for the next: after 80 % of the life. */
  refreshAfter: Scalars['DateTime']['output'];
  /** The region whose network issued it. */
  region: RegionCode;
  /** The token, for `createSession` or Amity's SDK. */
  token: Scalars['String']['output'];
  /** The only user who can use it. */
  userId: Scalars['ID']['output'];
};

/** How a network lets users in, as configured in this gateway. */
export type AuthenticationMode =
  /** A session also needs an auth token; the gateway holds the server key that mints them. */
  | 'SECURE'
  /** The API key alone opens a session. */
  | 'UNSECURE';

/** A session to open. */
export type CreateSessionInput = {
  /** An auth token that the client already holds. Without it, in secure mode, the gateway mints one itself. */
  authToken?: InputMaybe<Scalars['String']['input']>;
  /** Id of the device, 1 to 150 characters, one for each user and device: when another user opens a session with the same id, Amity ends the first one's. */
  deviceId: Scalars['String']['input'];
  /** About the device, for Amity's console. */
  deviceInfo?: InputMaybe<DeviceInfoInput>;
  /** At most 100 characters. Given, it updates the user. */
  displayName?: InputMaybe<Scalars['String']['input']>;
  /** At most 100 characters. Given, it updates the user. Amity's session routes v4 and v5 only. */
  profileHandle?: InputMaybe<Scalars['String']['input']>;
  /** The network's region. Default: the gateway's. */
  region?: InputMaybe<RegionCode>;
  /** The user, 1 to 50 characters. Default: the caller. */
  userId?: InputMaybe<Scalars['ID']['input']>;
};

/** A visitor's session to open. */
export type CreateVisitorSessionInput = {
  /** Id of the device, 1 to 150 characters. It stands for the visitor: the same one has the same visitor. */
  deviceId: Scalars['String']['input'];
  /** About the device, for Amity's console. */
  deviceInfo?: InputMaybe<DeviceInfoInput>;
  /** The network's region. Default: the gateway's. */
  region?: InputMaybe<RegionCode>;
};

/** About the device, for Amity's console. */
export type DeviceInfoInput = {
  /** What it runs. */
  kind?: InputMaybe<DeviceKind>;
  /** Its model, at most 100 characters (300 on Amity's v5 route). */
  model?: InputMaybe<Scalars['String']['input']>;
  /** Version of Amity's SDK on it, at most 30 characters. */
  sdkVersion?: InputMaybe<Scalars['String']['input']>;
};

/** What a device runs. */
export type DeviceKind =
  /** Android. */
  | 'ANDROID'
  /** iOS or iPadOS. */
  | 'IOS'
  /** Node.js. */
  | 'NODE'
  /** A browser. */
  | 'WEB';

/** A file that a session's users refer to, such as an avatar. */
export type File = {
  __typename?: 'File';
  /** Who can read it: public, network or a kind that Amity adds. */
  accessType?: Maybe<Scalars['String']['output']>;
  /** Text that stands for the file. */
  altText?: Maybe<Scalars['String']['output']>;
  /** Name, size, media type and the like, as Amity has them. */
  attributes?: Maybe<Scalars['JSONObject']['output']>;
  /** When it was uploaded. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** The file's id. */
  fileId: Scalars['ID']['output'];
  /** Where to download it. */
  fileUrl?: Maybe<Scalars['String']['output']>;
  /** image, file, video or a kind that Amity adds. */
  type?: Maybe<Scalars['String']['output']>;
  /** When it was last changed. */
  updatedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** Amity's own digest of a user's flags. */
export type HashFlag = {
  __typename?: 'HashFlag';
  /** Number of bits. */
  bits?: Maybe<Scalars['Int']['output']>;
  /** The digest. Amity's documents disagree on its type. */
  hash?: Maybe<Scalars['JSON']['output']>;
  /** Number of hash functions. */
  hashes?: Maybe<Scalars['Int']['output']>;
};

/** What changes something at Amity. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Opens a session with Amity. An unknown user is created. To renew a session, open another. */
  createSession: Session;
  /** Opens a session of a visitor, who may read. Needs no caller. To renew it, open another. */
  createVisitorSession: Session;
  /** Ends one session. Whoever has its access token may, so the caller need not be its user. A token that is dead already is no error, and counts like a refused credential. To repeat it is safe. */
  revokeSession: Revocation;
  /** Ends all sessions of a user on all devices: callers for themselves, others by the right to act for the user. Needs the region's admin token in the gateway. A user whom Amity does not know has none to end. To repeat it is safe. */
  revokeUserSessions: Revocation;
  /** Creates a user, or changes what is given of one. For backends: needs the scope amity:users:write, for roles amity:users:roles besides, and the region's admin token in the gateway. Nobody changes himself. To repeat it is safe. */
  upsertUser: User;
};


/** What changes something at Amity. */
export type MutationCreateSessionArgs = {
  input: CreateSessionInput;
};


/** What changes something at Amity. */
export type MutationCreateVisitorSessionArgs = {
  input: CreateVisitorSessionInput;
};


/** What changes something at Amity. */
export type MutationRevokeSessionArgs = {
  input: RevokeSessionInput;
};


/** What changes something at Amity. */
export type MutationRevokeUserSessionsArgs = {
  input: RevokeUserSessionsInput;
};


/** What changes something at Amity. */
export type MutationUpsertUserArgs = {
  input: UpsertUserInput;
};

/** What can be asked without changing anything at Amity. */
export type Query = {
  __typename?: 'Query';
  /** A fresh auth token. Needs the region's server key in the gateway. */
  authToken: AuthToken;
  /** One region. A region that is not configured is an answer, not an error. */
  region: Region;
  /** All of Amity's regions, configured here or not. */
  regions: Array<Region>;
  /** Whether a session lives. Any caller may ask who has its access token. INVALID counts like a refused credential, so guessing soon ends in RATE_LIMITED. */
  sessionStatus: SessionStatus;
  /** What apps show of a user, of anybody for any caller; null when Amity knows nobody of the id. A deleted user is one still, and says so. */
  user?: Maybe<UserProfile>;
  /** The same for several users, in the order of their ids and each as often as it is named; null for each that Amity does not know. All users of an operation are asked for together. */
  users: Array<Maybe<UserProfile>>;
  /** A fresh signature for a visitor's device. Needs no caller. */
  visitorSignature: VisitorSignature;
};


/** What can be asked without changing anything at Amity. */
export type QueryAuthTokenArgs = {
  region?: InputMaybe<RegionCode>;
  userId?: InputMaybe<Scalars['ID']['input']>;
};


/** What can be asked without changing anything at Amity. */
export type QueryRegionArgs = {
  code: RegionCode;
};


/** What can be asked without changing anything at Amity. */
export type QuerySessionStatusArgs = {
  accessToken: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
};


/** What can be asked without changing anything at Amity. */
export type QueryUserArgs = {
  region?: InputMaybe<RegionCode>;
  userId: Scalars['ID']['input'];
};


/** What can be asked without changing anything at Amity. */
export type QueryUsersArgs = {
  region?: InputMaybe<RegionCode>;
  userIds: Array<Scalars['ID']['input']>;
};


/** What can be asked without changing anything at Amity. */
export type QueryVisitorSignatureArgs = {
  deviceId: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
};

/** One of Amity's regions. */
export type Region = {
  __typename?: 'Region';
  /** Null when the region is not configured. */
  authenticationMode?: Maybe<AuthenticationMode>;
  /** The region's code. */
  code: RegionCode;
  /** Amity's documented base URL of the region. */
  endpoint: Scalars['String']['output'];
  /** All of Amity's documented base URLs of the region, the usual one first. */
  endpoints: Array<Scalars['String']['output']>;
  /** Does the gateway hold an API key or a server key for it? */
  isConfigured: Scalars['Boolean']['output'];
  /** Is it the region of operations that name none? */
  isDefault: Scalars['Boolean']['output'];
  /** Does the gateway present a client certificate to it? */
  mutualTls: Scalars['Boolean']['output'];
  /** The region's name in English. */
  name: Scalars['String']['output'];
  /** State of the region as this gateway process sees it. */
  status: RegionStatus;
};

/** One of Amity's regions. A network lives in exactly one. */
export type RegionCode =
  /** Europe. */
  | 'EU'
  /** Singapore. */
  | 'SG'
  /** United States. */
  | 'US';

/** State of a region as this gateway process sees it. */
export type RegionStatus =
  /** Configured, and not known to fail. */
  | 'AVAILABLE'
  /** Failed lately, and may be tried again: the next call decides. */
  | 'DEGRADED'
  /** The gateway holds no key for it. */
  | 'NOT_CONFIGURED'
  /** Failing: for some seconds, calls are refused at once. */
  | 'UNAVAILABLE';

/** What became of a wish to end sessions. */
export type Revocation = {
  __typename?: 'Revocation';
  /** Was there anything to end? */
  revoked: Scalars['Boolean']['output'];
};

/** A session to end. */
export type RevokeSessionInput = {
  /** Its access token. */
  accessToken: Scalars['String']['input'];
  /** The network's region. Default: the gateway's. */
  region?: InputMaybe<RegionCode>;
};

/** A user whose sessions are to end. */
export type RevokeUserSessionsInput = {
  /** The network's region. Default: the gateway's. */
  region?: InputMaybe<RegionCode>;
  /** The user, 1 to 50 characters. Default: the caller. */
  userId?: InputMaybe<Scalars['ID']['input']>;
};

/** A role of the network that a session's users hold. */
export type Role = {
  __typename?: 'Role';
  /** When it was created. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** The role's name. */
  displayName?: Maybe<Scalars['String']['output']>;
  /** Is the role deleted? */
  isDeleted: Scalars['Boolean']['output'];
  /** What the role permits. An open list: Amity adds to it. */
  permissions: Array<Scalars['String']['output']>;
  /** The role's id. */
  roleId: Scalars['ID']['output'];
  /** When it was last changed. */
  updatedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** A session of one user on one device with Amity. Its tokens are secrets. */
export type Session = {
  __typename?: 'Session';
  /** The token for Amity's API. */
  accessToken: Scalars['String']['output'];
  /** When the access token dies: as Amity says, else one day (unsecure) or 30 days (secure) after `issuedAt`. */
  expiresAt: Scalars['DateTime']['output'];
  /** The files that those users refer to. */
  files: Array<File>;
  /** When the session began. */
  issuedAt: Scalars['DateTime']['output'];
  /** When Amity last asked clients to drop their caches. */
  lastCachePurge?: Maybe<Scalars['DateTime']['output']>;
  /** When a client should open the next: after 80 % of the life. */
  refreshAfter: Scalars['DateTime']['output'];
  /** Amity's session routes v3 and v4 only. */
  refreshToken?: Maybe<Scalars['String']['output']>;
  /** The network's region. */
  region: RegionCode;
  /** The roles that those users hold. */
  roles: Array<Role>;
  /** The user who is signed in. */
  user: User;
  /** The user who is signed in. */
  userId: Scalars['ID']['output'];
  /** When Amity names none: SIGNED_IN, and VISITOR from `createVisitorSession`. */
  userType: UserType;
  /** All users that Amity sent along. */
  users: Array<User>;
};

/** What Amity says of an access token. */
export type SessionState =
  /** It is alive. */
  | 'ACTIVE'
  /** Amity has banned its user. */
  | 'BANNED'
  /** It never was one, has expired or was revoked; nothing tells which. */
  | 'INVALID';

/** Whether a session lives. */
export type SessionStatus = {
  __typename?: 'SessionStatus';
  /** When Amity was asked. */
  checkedAt: Scalars['DateTime']['output'];
  /** What Amity says of its access token. */
  state: SessionState;
  /** Whose it is, as the access token says; only while it is ACTIVE. */
  userId?: Maybe<Scalars['ID']['output']>;
};

/** A user to create or to change. What is absent or null stays as it is; what is given replaces what was there. */
export type UpsertUserInput = {
  /** URL of an avatar kept elsewhere, at most 1000 characters. */
  avatarCustomUrl?: InputMaybe<Scalars['String']['input']>;
  /** Id of the avatar's file at Amity, at most 50 characters. */
  avatarFileId?: InputMaybe<Scalars['ID']['input']>;
  /** What is said of the user, at most 500 characters. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** At most 100 characters. */
  displayName?: InputMaybe<Scalars['String']['input']>;
  /** The app's own data about the user, at most 5000 bytes as JSON; an empty object takes it away. */
  metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** The network's region. Default: the gateway's. */
  region?: InputMaybe<RegionCode>;
  /** All of the user's roles, at most 10 of at most 100 characters each; an empty list takes them away. Needs a right of its own. */
  roles?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The user, 1 to 50 characters. */
  userId: Scalars['ID']['input'];
};

/** A user of an Amity network, as Amity describes it. */
export type User = {
  __typename?: 'User';
  /** Amity's private id. */
  _id?: Maybe<Scalars['ID']['output']>;
  /** URL of an avatar kept elsewhere. */
  avatarCustomUrl?: Maybe<Scalars['String']['output']>;
  /** Id of the avatar among `Session.files`. */
  avatarFileId?: Maybe<Scalars['ID']['output']>;
  /** When the user was created. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the user was deleted. */
  deletedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What the user says of himself or herself. */
  description?: Maybe<Scalars['String']['output']>;
  /** The name shown to others. */
  displayName?: Maybe<Scalars['String']['output']>;
  /** How often others flagged the user. */
  flagCount: Scalars['Int']['output'];
  /** Amity's own digest of the flags. */
  hashFlag?: Maybe<HashFlag>;
  /** Is it a brand's account? */
  isBrand: Scalars['Boolean']['output'];
  /** Is the user deleted? */
  isDeleted: Scalars['Boolean']['output'];
  /** Is the user banned from the whole network? */
  isGlobalBan: Scalars['Boolean']['output'];
  /** The app's own data about the user. */
  metadata?: Maybe<Scalars['JSONObject']['output']>;
  /** Path of the user's realtime topic. */
  path?: Maybe<Scalars['String']['output']>;
  /** The user's permissions. An open list: Amity adds to it. */
  permissions: Array<Scalars['String']['output']>;
  /** The user's handle. */
  profileHandle?: Maybe<Scalars['String']['output']>;
  /** The user's roles, by id. */
  roles: Array<Scalars['String']['output']>;
  /** When the user was last changed. */
  updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The public id, chosen by the app. */
  userId: Scalars['ID']['output'];
};

/** What apps show of a user. */
export type UserProfile = {
  __typename?: 'UserProfile';
  /** URL of an avatar kept elsewhere. */
  avatarCustomUrl?: Maybe<Scalars['String']['output']>;
  /** Id of the avatar's file at Amity. */
  avatarFileId?: Maybe<Scalars['ID']['output']>;
  /** What the user says of himself or herself. */
  description?: Maybe<Scalars['String']['output']>;
  /** The name shown to others. */
  displayName?: Maybe<Scalars['String']['output']>;
  /** Is it a brand's account? */
  isBrand: Scalars['Boolean']['output'];
  /** Is the user deleted? Amity keeps the id, and names nobody any more. */
  isDeleted: Scalars['Boolean']['output'];
  /** The user's handle. */
  profileHandle?: Maybe<Scalars['String']['output']>;
  /** The network's region. */
  region: RegionCode;
  /** The public id, chosen by the app. */
  userId: Scalars['ID']['output'];
};

/** What kind of user a session belongs to. */
export type UserType =
  /** A bot; may only read. */
  | 'BOT'
  /** A kind that this version does not know. */
  | 'OTHER'
  /** A user of the app. */
  | 'SIGNED_IN'
  /** A visitor who is not signed in; may only read. */
  | 'VISITOR';

/** Lets one device open visitor sessions where the network is in secure visitor mode. Hand it on as it is. */
export type VisitorSignature = {
  __typename?: 'VisitorSignature';
  /** The signature, 64 hexadecimal digits. */
  authSignature: Scalars['String']['output'];
  /** When it dies: ten minutes after it was asked for. Signed too, so not a letter of it may change. */
  authSignatureExpiresAt: Scalars['DateTime']['output'];
  /** The only device that can use it. */
  deviceId: Scalars['String']['output'];
  /** When a client should ask for the next: after 80 % of the life. */
  refreshAfter: Scalars['DateTime']['output'];
  /** The network's region. */
  region: RegionCode;
};

export type FetchAuthTokenQueryVariables = Exact<{
  userId?: InputMaybe<Scalars['ID']['input']>;
  region?: InputMaybe<RegionCode>;
}>;


export type FetchAuthTokenQuery = { __typename?: 'Query', authToken: { __typename?: 'AuthToken', token: string, userId: string, region: RegionCode, issuedAt: string, expiresAt: string, refreshAfter: string } };

export type CreateSessionMutationVariables = Exact<{
  input: CreateSessionInput;
}>;


export type CreateSessionMutation = { __typename?: 'Mutation', createSession: { __typename?: 'Session', accessToken: string, refreshToken?: string | null, userId: string, region: RegionCode, userType: UserType, issuedAt: string, expiresAt: string, refreshAfter: string, lastCachePurge?: string | null, user: { __typename?: 'User', _id?: string | null, userId: string, path?: string | null, displayName?: string | null, profileHandle?: string | null, description?: string | null, avatarFileId?: string | null, avatarCustomUrl?: string | null, metadata?: Record<string, unknown> | null, roles: Array<string>, permissions: Array<string>, flagCount: number, isGlobalBan: boolean, isBrand: boolean, isDeleted: boolean, createdAt?: string | null, updatedAt?: string | null, deletedAt?: string | null, hashFlag?: { __typename?: 'HashFlag', bits?: number | null, hashes?: number | null, hash?: unknown | null } | null }, files: Array<{ __typename?: 'File', fileId: string, fileUrl?: string | null, type?: string | null, accessType?: string | null, altText?: string | null, createdAt?: string | null, updatedAt?: string | null, attributes?: Record<string, unknown> | null }>, roles: Array<{ __typename?: 'Role', roleId: string, displayName?: string | null, permissions: Array<string>, isDeleted: boolean, createdAt?: string | null, updatedAt?: string | null }> } };

export type CreateVisitorSessionMutationVariables = Exact<{
  input: CreateVisitorSessionInput;
}>;


export type CreateVisitorSessionMutation = { __typename?: 'Mutation', createVisitorSession: { __typename?: 'Session', accessToken: string, userId: string, region: RegionCode, userType: UserType, issuedAt: string, expiresAt: string, refreshAfter: string, user: { __typename?: 'User', userId: string, displayName?: string | null } } };

export type FindRegionQueryVariables = Exact<{
  code: RegionCode;
}>;


export type FindRegionQuery = { __typename?: 'Query', region: { __typename?: 'Region', code: RegionCode, name: string, endpoint: string, endpoints: Array<string>, isDefault: boolean, isConfigured: boolean, authenticationMode?: AuthenticationMode | null, mutualTls: boolean, status: RegionStatus } };

export type RegionsQueryVariables = Exact<{ [key: string]: never; }>;


export type RegionsQuery = { __typename?: 'Query', regions: Array<{ __typename?: 'Region', code: RegionCode, name: string, endpoint: string, endpoints: Array<string>, isDefault: boolean, isConfigured: boolean, authenticationMode?: AuthenticationMode | null, mutualTls: boolean, status: RegionStatus }> };

export type RevokeSessionMutationVariables = Exact<{
  accessToken: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type RevokeSessionMutation = { __typename?: 'Mutation', revokeSession: { __typename?: 'Revocation', revoked: boolean } };

export type RevokeUserSessionsMutationVariables = Exact<{
  userId?: InputMaybe<Scalars['ID']['input']>;
  region?: InputMaybe<RegionCode>;
}>;


export type RevokeUserSessionsMutation = { __typename?: 'Mutation', revokeUserSessions: { __typename?: 'Revocation', revoked: boolean } };

export type CheckSessionQueryVariables = Exact<{
  accessToken: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type CheckSessionQuery = { __typename?: 'Query', sessionStatus: { __typename?: 'SessionStatus', state: SessionState, checkedAt: string, userId?: string | null } };

export type UpsertUserMutationVariables = Exact<{
  input: UpsertUserInput;
}>;


export type UpsertUserMutation = { __typename?: 'Mutation', upsertUser: { __typename?: 'User', userId: string, displayName?: string | null, description?: string | null, avatarFileId?: string | null, avatarCustomUrl?: string | null, metadata?: Record<string, unknown> | null, roles: Array<string>, isDeleted: boolean, createdAt?: string | null, updatedAt?: string | null } };

export type FindUserQueryVariables = Exact<{
  userId: Scalars['ID']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type FindUserQuery = { __typename?: 'Query', user?: { __typename?: 'UserProfile', userId: string, displayName?: string | null, profileHandle?: string | null, description?: string | null, avatarFileId?: string | null, avatarCustomUrl?: string | null, isBrand: boolean, isDeleted: boolean, region: RegionCode } | null };

export type FindUsersQueryVariables = Exact<{
  userIds: Array<Scalars['ID']['input']> | Scalars['ID']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type FindUsersQuery = { __typename?: 'Query', users: Array<{ __typename?: 'UserProfile', userId: string, displayName?: string | null, profileHandle?: string | null, description?: string | null, avatarFileId?: string | null, avatarCustomUrl?: string | null, isBrand: boolean, isDeleted: boolean, region: RegionCode } | null> };

export type FetchVisitorSignatureQueryVariables = Exact<{
  deviceId: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type FetchVisitorSignatureQuery = { __typename?: 'Query', visitorSignature: { __typename?: 'VisitorSignature', deviceId: string, authSignature: string, authSignatureExpiresAt: string, refreshAfter: string, region: RegionCode } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const FetchAuthTokenDocument = new TypedDocumentString(`
    query FetchAuthToken($userId: ID, $region: RegionCode) {
  authToken(userId: $userId, region: $region) {
    token
    userId
    region
    issuedAt
    expiresAt
    refreshAfter
  }
}
    `) as unknown as TypedDocumentString<FetchAuthTokenQuery, FetchAuthTokenQueryVariables>;
export const CreateSessionDocument = new TypedDocumentString(`
    mutation CreateSession($input: CreateSessionInput!) {
  createSession(input: $input) {
    accessToken
    refreshToken
    userId
    region
    userType
    issuedAt
    expiresAt
    refreshAfter
    lastCachePurge
    user {
      _id
      userId
      path
      displayName
      profileHandle
      description
      avatarFileId
      avatarCustomUrl
      metadata
      roles
      permissions
      flagCount
      hashFlag {
        bits
        hashes
        hash
      }
      isGlobalBan
      isBrand
      isDeleted
      createdAt
      updatedAt
      deletedAt
    }
    files {
      fileId
      fileUrl
      type
      accessType
      altText
      createdAt
      updatedAt
      attributes
    }
    roles {
      roleId
      displayName
      permissions
      isDeleted
      createdAt
      updatedAt
    }
  }
}
    `) as unknown as TypedDocumentString<CreateSessionMutation, CreateSessionMutationVariables>;
export const CreateVisitorSessionDocument = new TypedDocumentString(`
    mutation CreateVisitorSession($input: CreateVisitorSessionInput!) {
  createVisitorSession(input: $input) {
    accessToken
    userId
    region
    userType
    issuedAt
    expiresAt
    refreshAfter
    user {
      userId
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<CreateVisitorSessionMutation, CreateVisitorSessionMutationVariables>;
export const FindRegionDocument = new TypedDocumentString(`
    query FindRegion($code: RegionCode!) {
  region(code: $code) {
    code
    name
    endpoint
    endpoints
    isDefault
    isConfigured
    authenticationMode
    mutualTls
    status
  }
}
    `) as unknown as TypedDocumentString<FindRegionQuery, FindRegionQueryVariables>;
export const RegionsDocument = new TypedDocumentString(`
    query Regions {
  regions {
    code
    name
    endpoint
    endpoints
    isDefault
    isConfigured
    authenticationMode
    mutualTls
    status
  }
}
    `) as unknown as TypedDocumentString<RegionsQuery, RegionsQueryVariables>;
export const RevokeSessionDocument = new TypedDocumentString(`
    mutation RevokeSession($accessToken: String!, $region: RegionCode) {
  revokeSession(input: {accessToken: $accessToken, region: $region}) {
    revoked
  }
}
    `) as unknown as TypedDocumentString<RevokeSessionMutation, RevokeSessionMutationVariables>;
export const RevokeUserSessionsDocument = new TypedDocumentString(`
    mutation RevokeUserSessions($userId: ID, $region: RegionCode) {
  revokeUserSessions(input: {userId: $userId, region: $region}) {
    revoked
  }
}
    `) as unknown as TypedDocumentString<RevokeUserSessionsMutation, RevokeUserSessionsMutationVariables>;
export const CheckSessionDocument = new TypedDocumentString(`
    query CheckSession($accessToken: String!, $region: RegionCode) {
  sessionStatus(accessToken: $accessToken, region: $region) {
    state
    checkedAt
    userId
  }
}
    `) as unknown as TypedDocumentString<CheckSessionQuery, CheckSessionQueryVariables>;
export const UpsertUserDocument = new TypedDocumentString(`
    mutation UpsertUser($input: UpsertUserInput!) {
  upsertUser(input: $input) {
    userId
    displayName
    description
    avatarFileId
    avatarCustomUrl
    metadata
    roles
    isDeleted
    createdAt
    updatedAt
  }
}
    `) as unknown as TypedDocumentString<UpsertUserMutation, UpsertUserMutationVariables>;
export const FindUserDocument = new TypedDocumentString(`
    query FindUser($userId: ID!, $region: RegionCode) {
  user(userId: $userId, region: $region) {
    userId
    displayName
    profileHandle
    description
    avatarFileId
    avatarCustomUrl
    isBrand
    isDeleted
    region
  }
}
    `) as unknown as TypedDocumentString<FindUserQuery, FindUserQueryVariables>;
export const FindUsersDocument = new TypedDocumentString(`
    query FindUsers($userIds: [ID!]!, $region: RegionCode) {
  users(userIds: $userIds, region: $region) {
    userId
    displayName
    profileHandle
    description
    avatarFileId
    avatarCustomUrl
    isBrand
    isDeleted
    region
  }
}
    `) as unknown as TypedDocumentString<FindUsersQuery, FindUsersQueryVariables>;
export const FetchVisitorSignatureDocument = new TypedDocumentString(`
    query FetchVisitorSignature($deviceId: String!, $region: RegionCode) {
  visitorSignature(deviceId: $deviceId, region: $region) {
    deviceId
    authSignature
    authSignatureExpiresAt
    refreshAfter
    region
  }
}
    `) as unknown as TypedDocumentString<FetchVisitorSignatureQuery, FetchVisitorSignatureQueryVariables>;