/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query FetchAuthToken($userId: ID, $region: RegionCode) {\n  authToken(userId: $userId, region: $region) {\n    token\n    userId\n    region\n    issuedAt\n    expiresAt\n    refreshAfter\n  }\n}": typeof types.FetchAuthTokenDocument,
    "mutation CreateSession($input: CreateSessionInput!) {\n  createSession(input: $input) {\n    accessToken\n    refreshToken\n    userId\n    region\n    userType\n    issuedAt\n    expiresAt\n    refreshAfter\n    lastCachePurge\n    user {\n      _id\n      userId\n      path\n      displayName\n      profileHandle\n      description\n      avatarFileId\n      avatarCustomUrl\n      metadata\n      roles\n      permissions\n      flagCount\n      hashFlag {\n        bits\n        hashes\n        hash\n      }\n      isGlobalBan\n      isBrand\n      isDeleted\n      createdAt\n      updatedAt\n      deletedAt\n    }\n    files {\n      fileId\n      fileUrl\n      type\n      accessType\n      altText\n      createdAt\n      updatedAt\n      attributes\n    }\n    roles {\n      roleId\n      displayName\n      permissions\n      isDeleted\n      createdAt\n      updatedAt\n    }\n  }\n}": typeof types.CreateSessionDocument,
    "mutation CreateVisitorSession($input: CreateVisitorSessionInput!) {\n  createVisitorSession(input: $input) {\n    accessToken\n    userId\n    region\n    userType\n    issuedAt\n    expiresAt\n    refreshAfter\n    user {\n      userId\n      displayName\n    }\n  }\n}": typeof types.CreateVisitorSessionDocument,
    "query FindRegion($code: RegionCode!) {\n  region(code: $code) {\n    code\n    name\n    endpoint\n    endpoints\n    isDefault\n    isConfigured\n    authenticationMode\n    mutualTls\n    status\n  }\n}": typeof types.FindRegionDocument,
    "query Regions {\n  regions {\n    code\n    name\n    endpoint\n    endpoints\n    isDefault\n    isConfigured\n    authenticationMode\n    mutualTls\n    status\n  }\n}": typeof types.RegionsDocument,
    "mutation RevokeSession($accessToken: String!, $region: RegionCode) {\n  revokeSession(input: {accessToken: $accessToken, region: $region}) {\n    revoked\n  }\n}": typeof types.RevokeSessionDocument,
    "mutation RevokeUserSessions($userId: ID, $region: RegionCode) {\n  revokeUserSessions(input: {userId: $userId, region: $region}) {\n    revoked\n  }\n}": typeof types.RevokeUserSessionsDocument,
    "query CheckSession($accessToken: String!, $region: RegionCode) {\n  sessionStatus(accessToken: $accessToken, region: $region) {\n    state\n    checkedAt\n    userId\n  }\n}": typeof types.CheckSessionDocument,
    "mutation UpsertUser($input: UpsertUserInput!) {\n  upsertUser(input: $input) {\n    userId\n    displayName\n    description\n    avatarFileId\n    avatarCustomUrl\n    metadata\n    roles\n    isDeleted\n    createdAt\n    updatedAt\n  }\n}": typeof types.UpsertUserDocument,
    "query FindUser($userId: ID!, $region: RegionCode) {\n  user(userId: $userId, region: $region) {\n    userId\n    displayName\n    profileHandle\n    description\n    avatarFileId\n    avatarCustomUrl\n    isBrand\n    isDeleted\n    region\n  }\n}": typeof types.FindUserDocument,
    "query FindUsers($userIds: [ID!]!, $region: RegionCode) {\n  users(userIds: $userIds, region: $region) {\n    userId\n    displayName\n    profileHandle\n    description\n    avatarFileId\n    avatarCustomUrl\n    isBrand\n    isDeleted\n    region\n  }\n}": typeof types.FindUsersDocument,
    "query FetchVisitorSignature($deviceId: String!, $region: RegionCode) {\n  visitorSignature(deviceId: $deviceId, region: $region) {\n    deviceId\n    authSignature\n    authSignatureExpiresAt\n    refreshAfter\n    region\n  }\n}": typeof types.FetchVisitorSignatureDocument,
};
const documents: Documents = {
    "query FetchAuthToken($userId: ID, $region: RegionCode) {\n  authToken(userId: $userId, region: $region) {\n    token\n    userId\n    region\n    issuedAt\n    expiresAt\n    refreshAfter\n  }\n}": types.FetchAuthTokenDocument,
    "mutation CreateSession($input: CreateSessionInput!) {\n  createSession(input: $input) {\n    accessToken\n    refreshToken\n    userId\n    region\n    userType\n    issuedAt\n    expiresAt\n    refreshAfter\n    lastCachePurge\n    user {\n      _id\n      userId\n      path\n      displayName\n      profileHandle\n      description\n      avatarFileId\n      avatarCustomUrl\n      metadata\n      roles\n      permissions\n      flagCount\n      hashFlag {\n        bits\n        hashes\n        hash\n      }\n      isGlobalBan\n      isBrand\n      isDeleted\n      createdAt\n      updatedAt\n      deletedAt\n    }\n    files {\n      fileId\n      fileUrl\n      type\n      accessType\n      altText\n      createdAt\n      updatedAt\n      attributes\n    }\n    roles {\n      roleId\n      displayName\n      permissions\n      isDeleted\n      createdAt\n      updatedAt\n    }\n  }\n}": types.CreateSessionDocument,
    "mutation CreateVisitorSession($input: CreateVisitorSessionInput!) {\n  createVisitorSession(input: $input) {\n    accessToken\n    userId\n    region\n    userType\n    issuedAt\n    expiresAt\n    refreshAfter\n    user {\n      userId\n      displayName\n    }\n  }\n}": types.CreateVisitorSessionDocument,
    "query FindRegion($code: RegionCode!) {\n  region(code: $code) {\n    code\n    name\n    endpoint\n    endpoints\n    isDefault\n    isConfigured\n    authenticationMode\n    mutualTls\n    status\n  }\n}": types.FindRegionDocument,
    "query Regions {\n  regions {\n    code\n    name\n    endpoint\n    endpoints\n    isDefault\n    isConfigured\n    authenticationMode\n    mutualTls\n    status\n  }\n}": types.RegionsDocument,
    "mutation RevokeSession($accessToken: String!, $region: RegionCode) {\n  revokeSession(input: {accessToken: $accessToken, region: $region}) {\n    revoked\n  }\n}": types.RevokeSessionDocument,
    "mutation RevokeUserSessions($userId: ID, $region: RegionCode) {\n  revokeUserSessions(input: {userId: $userId, region: $region}) {\n    revoked\n  }\n}": types.RevokeUserSessionsDocument,
    "query CheckSession($accessToken: String!, $region: RegionCode) {\n  sessionStatus(accessToken: $accessToken, region: $region) {\n    state\n    checkedAt\n    userId\n  }\n}": types.CheckSessionDocument,
    "mutation UpsertUser($input: UpsertUserInput!) {\n  upsertUser(input: $input) {\n    userId\n    displayName\n    description\n    avatarFileId\n    avatarCustomUrl\n    metadata\n    roles\n    isDeleted\n    createdAt\n    updatedAt\n  }\n}": types.UpsertUserDocument,
    "query FindUser($userId: ID!, $region: RegionCode) {\n  user(userId: $userId, region: $region) {\n    userId\n    displayName\n    profileHandle\n    description\n    avatarFileId\n    avatarCustomUrl\n    isBrand\n    isDeleted\n    region\n  }\n}": types.FindUserDocument,
    "query FindUsers($userIds: [ID!]!, $region: RegionCode) {\n  users(userIds: $userIds, region: $region) {\n    userId\n    displayName\n    profileHandle\n    description\n    avatarFileId\n    avatarCustomUrl\n    isBrand\n    isDeleted\n    region\n  }\n}": types.FindUsersDocument,
    "query FetchVisitorSignature($deviceId: String!, $region: RegionCode) {\n  visitorSignature(deviceId: $deviceId, region: $region) {\n    deviceId\n    authSignature\n    authSignatureExpiresAt\n    refreshAfter\n    region\n  }\n}": types.FetchVisitorSignatureDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FetchAuthToken($userId: ID, $region: RegionCode) {\n  authToken(userId: $userId, region: $region) {\n    token\n    userId\n    region\n    issuedAt\n    expiresAt\n    refreshAfter\n  }\n}"): typeof import('./graphql.js').FetchAuthTokenDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateSession($input: CreateSessionInput!) {\n  createSession(input: $input) {\n    accessToken\n    refreshToken\n    userId\n    region\n    userType\n    issuedAt\n    expiresAt\n    refreshAfter\n    lastCachePurge\n    user {\n      _id\n      userId\n      path\n      displayName\n      profileHandle\n      description\n      avatarFileId\n      avatarCustomUrl\n      metadata\n      roles\n      permissions\n      flagCount\n      hashFlag {\n        bits\n        hashes\n        hash\n      }\n      isGlobalBan\n      isBrand\n      isDeleted\n      createdAt\n      updatedAt\n      deletedAt\n    }\n    files {\n      fileId\n      fileUrl\n      type\n      accessType\n      altText\n      createdAt\n      updatedAt\n      attributes\n    }\n    roles {\n      roleId\n      displayName\n      permissions\n      isDeleted\n      createdAt\n      updatedAt\n    }\n  }\n}"): typeof import('./graphql.js').CreateSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateVisitorSession($input: CreateVisitorSessionInput!) {\n  createVisitorSession(input: $input) {\n    accessToken\n    userId\n    region\n    userType\n    issuedAt\n    expiresAt\n    refreshAfter\n    user {\n      userId\n      displayName\n    }\n  }\n}"): typeof import('./graphql.js').CreateVisitorSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FindRegion($code: RegionCode!) {\n  region(code: $code) {\n    code\n    name\n    endpoint\n    endpoints\n    isDefault\n    isConfigured\n    authenticationMode\n    mutualTls\n    status\n  }\n}"): typeof import('./graphql.js').FindRegionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Regions {\n  regions {\n    code\n    name\n    endpoint\n    endpoints\n    isDefault\n    isConfigured\n    authenticationMode\n    mutualTls\n    status\n  }\n}"): typeof import('./graphql.js').RegionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeSession($accessToken: String!, $region: RegionCode) {\n  revokeSession(input: {accessToken: $accessToken, region: $region}) {\n    revoked\n  }\n}"): typeof import('./graphql.js').RevokeSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeUserSessions($userId: ID, $region: RegionCode) {\n  revokeUserSessions(input: {userId: $userId, region: $region}) {\n    revoked\n  }\n}"): typeof import('./graphql.js').RevokeUserSessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query CheckSession($accessToken: String!, $region: RegionCode) {\n  sessionStatus(accessToken: $accessToken, region: $region) {\n    state\n    checkedAt\n    userId\n  }\n}"): typeof import('./graphql.js').CheckSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UpsertUser($input: UpsertUserInput!) {\n  upsertUser(input: $input) {\n    userId\n    displayName\n    description\n    avatarFileId\n    avatarCustomUrl\n    metadata\n    roles\n    isDeleted\n    createdAt\n    updatedAt\n  }\n}"): typeof import('./graphql.js').UpsertUserDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FindUser($userId: ID!, $region: RegionCode) {\n  user(userId: $userId, region: $region) {\n    userId\n    displayName\n    profileHandle\n    description\n    avatarFileId\n    avatarCustomUrl\n    isBrand\n    isDeleted\n    region\n  }\n}"): typeof import('./graphql.js').FindUserDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FindUsers($userIds: [ID!]!, $region: RegionCode) {\n  users(userIds: $userIds, region: $region) {\n    userId\n    displayName\n    profileHandle\n    description\n    avatarFileId\n    avatarCustomUrl\n    isBrand\n    isDeleted\n    region\n  }\n}"): typeof import('./graphql.js').FindUsersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FetchVisitorSignature($deviceId: String!, $region: RegionCode) {\n  visitorSignature(deviceId: $deviceId, region: $region) {\n    deviceId\n    authSignature\n    authSignatureExpiresAt\n    refreshAfter\n    region\n  }\n}"): typeof import('./graphql.js').FetchVisitorSignatureDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
