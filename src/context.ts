import { badUserInput } from "./errors/app-error.js";
import { checkText } from "./graphql/input-rules.js";
import type { RegionService } from "./region/region.service.js";
import type { SessionService } from "./session/session.service.js";
import { createTokenLoader, type TokenLoader } from "./token/token.loader.js";
import type { TokenService } from "./token/token.service.js";

/** The services of the process, which requests share. They hold no state of a caller. */
export interface Services {
  readonly regions: RegionService;
  readonly tokens: TokenService;
  readonly sessions: SessionService;
}

/** What one request carries. */
export interface Context {
  readonly requestId: string;
  /** The response's media type. Under the legacy `application/json`, GraphQL request errors are answered with 200. */
  readonly mediaType: string;
  readonly regions: RegionService;
  readonly tokens: TokenLoader;
  readonly sessions: SessionService;
  /** The user that an operation is for, checked: the id in the argument at `place`. Throws BAD_USER_INPUT. */
  userIdFor(place: string, userId: string | null | undefined, most: number): string;
}

export function createContext(services: Services, requestId: string, mediaType: string): Context {
  return {
    requestId,
    mediaType,
    regions: services.regions,
    tokens: createTokenLoader((key) => services.tokens.mint(key)),
    sessions: services.sessions,
    userIdFor(place, userId, most) {
      const checked = checkText(place, userId, most);
      // Under AUTH_MODE=none there is no caller whose id could stand in.
      if (checked === undefined) throw badUserInput(`${place} must be given: this gateway does not know its callers`);
      return checked;
    },
  };
}
