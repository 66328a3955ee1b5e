import type { AmityClient } from "./amity/client.js";
import type { RefusalSinks } from "./caller/refusals.js";
import type { Config } from "./config/config.js";
import type { Services } from "./context.js";
import { RegionService } from "./region/region.service.js";
import { IssuedSessionService } from "./session/issued-session.service.js";
import { SessionService } from "./session/session.service.js";
import type { SharedTokens } from "./token/shared-tokens.js";
import { TokenService } from "./token/token.service.js";
import { TokenStore } from "./token/token.store.js";
import type { Tools } from "./tools.js";
import { UserService } from "./user/user.service.js";
import { VisitorService } from "./visitor/visitor.service.js";
import type { VisitorSecrets } from "./visitor/visitor-secrets.js";
import { VisitorSigner } from "./visitor/visitor-signer.js";

/** Builds what the resolvers call: one service for each feature, with what it works with. */
export function createServices(
  config: Config,
  amity: AmityClient,
  secrets: VisitorSecrets | undefined,
  tools: Tools & RefusalSinks & { readonly sharedTokens?: SharedTokens | undefined },
): Services {
  const { clock, metrics, audit, sharedTokens: shared } = tools;
  const { defaultRegion, hostFamily, tokenReuseMs, userProfiles, upstreamTimeoutMs: timeoutMs } = config;
  const store = new TokenStore(tokenReuseMs, clock);
  const issuing = { amity, audit, clock, timeoutMs };
  const tokens = new TokenService({ ...issuing, store, shared, onReuse: () => metrics.reused() });
  const signer = secrets && new VisitorSigner(secrets, clock);
  return {
    regions: new RegionService({ amity, defaultRegion, hostFamily }),
    tokens,
    sessions: new SessionService({ ...issuing, signer }),
    issuedSessions: new IssuedSessionService({ ...issuing, onUserRevoked: (user) => tokens.forget(user) }),
    visitors: new VisitorService({ signer, audit }),
    users: new UserService({ ...issuing, userProfiles }),
    refusals: tools,
  };
}
