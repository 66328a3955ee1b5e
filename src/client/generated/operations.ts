export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
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

/** How a network lets users in, as configured in this gateway. */
export type AuthenticationMode =
  /** A session also needs an auth token; the gateway holds the server key that mints them. */
  | 'SECURE'
  /** The API key alone opens a session. */
  | 'UNSECURE';

/** A session to open. */
export type CreateSessionInput = {
  /** An auth token that the client already holds. Without it, in secure mode, the gateway mints one itself. */
  readonly authToken?: InputMaybe<Scalars['String']['input']>;
  /** Id of the device, 1 to 150 characters, one for each user and device: when another user opens a session with the same id, Amity ends the first one's. */
  readonly deviceId: Scalars['String']['input'];
  /** About the device, for Amity's console. */
  readonly deviceInfo?: InputMaybe<DeviceInfoInput>;
  /** At most 100 characters. Given, it updates the user. */
  readonly displayName?: InputMaybe<Scalars['String']['input']>;
  /** At most 100 characters. Given, it updates the user. Amity's session routes v4 and v5 only. */
  readonly profileHandle?: InputMaybe<Scalars['String']['input']>;
  /** The network's region. Default: the gateway's. */
  readonly region?: InputMaybe<RegionCode>;
  /** The user, 1 to 50 characters. Default: the caller. */
  readonly userId?: InputMaybe<Scalars['ID']['input']>;
};

/** A visitor's session to open. */
export type CreateVisitorSessionInput = {
  /** Id of the device, 1 to 150 characters. It stands for the visitor: the same one has the same visitor. */
  readonly deviceId: Scalars['String']['input'];
  /** About the device, for Amity's console. */
  readonly deviceInfo?: InputMaybe<DeviceInfoInput>;
  /** The network's region. Default: the gateway's. */
  readonly region?: InputMaybe<RegionCode>;
};

/** About the device, for Amity's console. */
export type DeviceInfoInput = {
  /** What it runs. */
  readonly kind?: InputMaybe<DeviceKind>;
  /** Its model, at most 100 characters (300 on Amity's v5 route). */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** Version of Amity's SDK on it, at most 30 characters. */
  readonly sdkVersion?: InputMaybe<Scalars['String']['input']>;
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

/** A session to end. */
export type RevokeSessionInput = {
  /** Its access token. */
  readonly accessToken: Scalars['String']['input'];
  /** The network's region. Default: the gateway's. */
  readonly region?: InputMaybe<RegionCode>;
};

/** A user whose sessions are to end. */
export type RevokeUserSessionsInput = {
  /** The network's region. Default: the gateway's. */
  readonly region?: InputMaybe<RegionCode>;
  /** The user, 1 to 50 characters. Default: the caller. */
  readonly userId?: InputMaybe<Scalars['ID']['input']>;
};

/** What Amity says of an access token. */
export type SessionState =
  /** It is alive. */
  | 'ACTIVE'
  /** Amity has banned its user. */
  | 'BANNED'
  /** It never was one, has expired or was revoked; nothing tells which. */
  | 'INVALID';

/** A user to create or to change. What is absent or null stays as it is; what is given replaces what was there. */
export type UpsertUserInput = {
  /** URL of an avatar kept elsewhere, at most 1000 characters. */
  readonly avatarCustomUrl?: InputMaybe<Scalars['String']['input']>;
  /** Id of the avatar's file at Amity, at most 50 characters. */
  readonly avatarFileId?: InputMaybe<Scalars['ID']['input']>;
  /** What is said of the user, at most 500 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** At most 100 characters. */
  readonly displayName?: InputMaybe<Scalars['String']['input']>;
  /** The app's own data about the user, at most 5000 bytes as JSON; an empty object takes it away. */
  readonly metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** The network's region. Default: the gateway's. */
  readonly region?: InputMaybe<RegionCode>;
  /** All of the user's roles, at most 10 of at most 100 characters each; an empty list takes them away. Needs a right of its own. */
  readonly roles?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The user, 1 to 50 characters. */
  readonly userId: Scalars['ID']['input'];
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

export type FetchAuthTokenQueryVariables = Exact<{
  userId?: InputMaybe<Scalars['ID']['input']>;
  region?: InputMaybe<RegionCode>;
}>;


export type FetchAuthTokenQuery = { readonly authToken: { readonly token: string, readonly userId: string, readonly region: RegionCode, readonly issuedAt: string, readonly expiresAt: string, readonly refreshAfter: string } };

export type CreateSessionMutationVariables = Exact<{
  input: CreateSessionInput;
}>;


export type CreateSessionMutation = { readonly createSession: { readonly accessToken: string, readonly refreshToken?: string | null, readonly userId: string, readonly region: RegionCode, readonly userType: UserType, readonly issuedAt: string, readonly expiresAt: string, readonly refreshAfter: string, readonly lastCachePurge?: string | null, readonly user: { readonly _id?: string | null, readonly userId: string, readonly path?: string | null, readonly displayName?: string | null, readonly profileHandle?: string | null, readonly description?: string | null, readonly avatarFileId?: string | null, readonly avatarCustomUrl?: string | null, readonly metadata?: Record<string, unknown> | null, readonly roles: ReadonlyArray<string>, readonly permissions: ReadonlyArray<string>, readonly flagCount: number, readonly isGlobalBan: boolean, readonly isBrand: boolean, readonly isDeleted: boolean, readonly createdAt?: string | null, readonly updatedAt?: string | null, readonly deletedAt?: string | null, readonly hashFlag?: { readonly bits?: number | null, readonly hashes?: number | null, readonly hash?: unknown | null } | null }, readonly files: ReadonlyArray<{ readonly fileId: string, readonly fileUrl?: string | null, readonly type?: string | null, readonly accessType?: string | null, readonly altText?: string | null, readonly createdAt?: string | null, readonly updatedAt?: string | null, readonly attributes?: Record<string, unknown> | null }>, readonly roles: ReadonlyArray<{ readonly roleId: string, readonly displayName?: string | null, readonly permissions: ReadonlyArray<string>, readonly isDeleted: boolean, readonly createdAt?: string | null, readonly updatedAt?: string | null }> } };

export type CreateVisitorSessionMutationVariables = Exact<{
  input: CreateVisitorSessionInput;
}>;


export type CreateVisitorSessionMutation = { readonly createVisitorSession: { readonly accessToken: string, readonly userId: string, readonly region: RegionCode, readonly userType: UserType, readonly issuedAt: string, readonly expiresAt: string, readonly refreshAfter: string, readonly user: { readonly userId: string, readonly displayName?: string | null } } };

export type FindRegionQueryVariables = Exact<{
  code: RegionCode;
}>;


export type FindRegionQuery = { readonly region: { readonly code: RegionCode, readonly name: string, readonly endpoint: string, readonly endpoints: ReadonlyArray<string>, readonly isDefault: boolean, readonly isConfigured: boolean, readonly authenticationMode?: AuthenticationMode | null, readonly mutualTls: boolean, readonly status: RegionStatus } };

export type RegionsQueryVariables = Exact<{ [key: string]: never; }>;


export type RegionsQuery = { readonly regions: ReadonlyArray<{ readonly code: RegionCode, readonly name: string, readonly endpoint: string, readonly endpoints: ReadonlyArray<string>, readonly isDefault: boolean, readonly isConfigured: boolean, readonly authenticationMode?: AuthenticationMode | null, readonly mutualTls: boolean, readonly status: RegionStatus }> };

export type RevokeSessionMutationVariables = Exact<{
  accessToken: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type RevokeSessionMutation = { readonly revokeSession: { readonly revoked: boolean } };

export type RevokeUserSessionsMutationVariables = Exact<{
  userId?: InputMaybe<Scalars['ID']['input']>;
  region?: InputMaybe<RegionCode>;
}>;


export type RevokeUserSessionsMutation = { readonly revokeUserSessions: { readonly revoked: boolean } };

export type CheckSessionQueryVariables = Exact<{
  accessToken: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type CheckSessionQuery = { readonly sessionStatus: { readonly state: SessionState, readonly checkedAt: string, readonly userId?: string | null } };

export type UpsertUserMutationVariables = Exact<{
  input: UpsertUserInput;
}>;


export type UpsertUserMutation = { readonly upsertUser: { readonly userId: string, readonly displayName?: string | null, readonly description?: string | null, readonly avatarFileId?: string | null, readonly avatarCustomUrl?: string | null, readonly metadata?: Record<string, unknown> | null, readonly roles: ReadonlyArray<string>, readonly isDeleted: boolean, readonly createdAt?: string | null, readonly updatedAt?: string | null } };

export type FindUserQueryVariables = Exact<{
  userId: Scalars['ID']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type FindUserQuery = { readonly user?: { readonly userId: string, readonly displayName?: string | null, readonly profileHandle?: string | null, readonly description?: string | null, readonly avatarFileId?: string | null, readonly avatarCustomUrl?: string | null, readonly isBrand: boolean, readonly isDeleted: boolean, readonly region: RegionCode } | null };

export type FindUsersQueryVariables = Exact<{
  userIds: ReadonlyArray<Scalars['ID']['input']> | Scalars['ID']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type FindUsersQuery = { readonly users: ReadonlyArray<{ readonly userId: string, readonly displayName?: string | null, readonly profileHandle?: string | null, readonly description?: string | null, readonly avatarFileId?: string | null, readonly avatarCustomUrl?: string | null, readonly isBrand: boolean, readonly isDeleted: boolean, readonly region: RegionCode } | null> };

export type FetchVisitorSignatureQueryVariables = Exact<{
  deviceId: Scalars['String']['input'];
  region?: InputMaybe<RegionCode>;
}>;


export type FetchVisitorSignatureQuery = { readonly visitorSignature: { readonly deviceId: string, readonly authSignature: string, readonly authSignatureExpiresAt: string, readonly refreshAfter: string, readonly region: RegionCode } };
