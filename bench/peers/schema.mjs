import { authToken, createSession, listRegions } from "./amity.mjs";

/** The gateway's schema as far as the operations need it, for the peers that speak GraphQL. */
export const typeDefs = `
  enum RegionCode { EU SG US }
  enum AuthenticationMode { UNSECURE SECURE }
  enum RegionStatus { AVAILABLE DEGRADED UNAVAILABLE NOT_CONFIGURED }
  type Region {
    code: RegionCode!
    name: String!
    endpoint: String!
    isDefault: Boolean!
    isConfigured: Boolean!
    authenticationMode: AuthenticationMode
    status: RegionStatus!
  }
  type AuthToken {
    token: String!
    userId: ID!
    region: RegionCode!
    issuedAt: String!
    expiresAt: String!
    refreshAfter: String!
  }
  type User { userId: ID! displayName: String roles: [String!]! }
  type Session {
    accessToken: String!
    refreshToken: String
    userId: ID!
    region: RegionCode!
    issuedAt: String!
    expiresAt: String!
    refreshAfter: String!
    user: User!
  }
  input CreateSessionInput {
    deviceId: String!
    userId: ID
    displayName: String
    authToken: String
    region: RegionCode
  }
  type Query {
    regions: [Region!]!
    authToken(userId: ID, region: RegionCode): AuthToken!
  }
  type Mutation {
    createSession(input: CreateSessionInput!): Session!
  }
`;

export const resolvers = {
  Query: {
    regions: () => listRegions(),
    authToken: (_parent, args) => authToken(args),
  },
  Mutation: {
    createSession: (_parent, { input }) => createSession(input),
  },
};
