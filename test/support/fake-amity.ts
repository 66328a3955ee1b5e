import type { AmityClient, RegionState } from "../../src/amity/client.js";
import type { CallLimits } from "../../src/amity/region-guard.js";
import type { RegionCode } from "../../src/amity/regions.js";
import type { SessionApi, SessionRequest } from "../../src/amity/requests.js";
import type { AmitySession } from "../../src/amity/session-wire.js";

export interface MintCall extends CallLimits {
  readonly region: RegionCode;
  readonly userId: string;
}

export interface SessionCall extends CallLimits {
  readonly region: RegionCode;
  readonly request: SessionRequest;
  readonly minted: string | undefined;
}

export interface Script {
  readonly sessionApi?: SessionApi;
  readonly state?: Partial<RegionState>;
  /** Which server keys are in use. */
  readonly generation?: () => string | undefined;
  readonly mint?: (call: MintCall) => Promise<string>;
  readonly createSession?: (call: SessionCall) => Promise<AmitySession>;
  readonly createVisitorSession?: AmityClient["createVisitorSession"];
  readonly verifySession?: AmityClient["verifySession"];
  readonly revokeSession?: AmityClient["revokeSession"];
  readonly revokeUserSessions?: AmityClient["revokeUserSessions"];
  readonly listUsers?: AmityClient["listUsers"];
  readonly updateUser?: AmityClient["updateUser"];
}

/** An Amity client that answers by the script and notes what it was asked, instead of asking anybody. */
export function fakeAmity(
  script: Script,
): AmityClient & { readonly mints: MintCall[]; readonly sessions: SessionCall[] } {
  const mints: MintCall[] = [];
  const sessions: SessionCall[] = [];
  const unexpected = () => Promise.reject(new Error("not expected"));
  return {
    mints,
    sessions,
    sessionApi: script.sessionApi ?? "v3",
    state: () => ({
      hasApiKey: true,
      hasServerKey: true,
      hasClientCertificate: false,
      health: "available",
      ...script.state,
    }),
    keyGeneration: async () => script.generation?.(),
    mintAuthToken(region, userId, limits) {
      mints.push({ region, userId, ...limits });
      return (script.mint ?? unexpected)({ region, userId, ...limits });
    },
    createVisitorSession: script.createVisitorSession ?? unexpected,
    createSession(region, request, limits, minted) {
      sessions.push({ region, request, minted, ...limits });
      return (script.createSession ?? unexpected)({ region, request, minted, ...limits });
    },
    verifySession: script.verifySession ?? unexpected,
    revokeSession: script.revokeSession ?? unexpected,
    revokeUserSessions: script.revokeUserSessions ?? unexpected,
    rotateAdminToken: unexpected,
    listUsers: script.listUsers ?? unexpected,
    updateUser: script.updateUser ?? unexpected,
    close() {},
  };
}
