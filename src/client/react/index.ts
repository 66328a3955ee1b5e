"use client";

/**
 * `amity-graphql-client/react`: a provider and a hook over the same core, for React 18 and later and React Native.
 */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { AmityAuth } from "../auth.js";
import type { AmityAuthError } from "../errors.js";
import type { AuthToken, Session } from "../operations.js";
import { systemPlatform } from "../platform.js";
import { type Keeper, type Kept, startKeeper } from "./keeper.js";

export interface AmityAuthProviderProps {
  /** Made once for the app, outside of components. */
  readonly auth: AmityAuth;
  /** Who is signed in to your app, undefined or null while nobody is. When this changes, the former's tokens go. */
  readonly user: string | null | undefined;
  /** What to have ready: an auth token for Amity's SDK (the default), or a session for apps without the SDK. */
  readonly keeps?: "token" | "session";
  readonly children?: ReactNode;
}

export interface AmityAuthState {
  /** `failed` when there is nothing to go on with; a renewal that fails leaves `ready` while the former is alive. */
  readonly status: "signedOut" | "loading" | "ready" | "failed";
  /** Alive, and renewed in time. */
  readonly token: AuthToken | undefined;
  /** The same, where the provider keeps a session. */
  readonly session: Session | undefined;
  /** What the last attempt failed with. Unless it is `retryable`, only `refresh` tries again. */
  readonly error: AmityAuthError | undefined;
  /** Asks now: after a failure that the user has mended, or when Amity refused the token. */
  readonly refresh: () => void;
  /** The provider's, for its handlers. */
  readonly auth: AmityAuth;
}

/** What was told, and for whom. */
interface Told extends Kept<AuthToken | Session> {
  readonly auth: AmityAuth;
  readonly user: string;
  readonly keeps: "token" | "session";
}

const context = createContext<AmityAuthState | undefined>(undefined);

/** Keeps a token or a session of the signed-in user for everything below it. */
export function AmityAuthProvider({ auth, user, keeps = "token", children }: AmityAuthProviderProps): ReactElement {
  const [told, tell] = useState<Told>();
  const keeper = useRef<Keeper | undefined>(undefined);
  useClearing(auth, user);
  useEffect(() => {
    if (!user) return undefined;
    const started = startKeeper<AuthToken | Session>({
      ...systemPlatform,
      ask: (isRenewal) => (keeps === "session" ? auth.createSession() : auth.getAuthToken({ forceRefresh: isRenewal })),
      tell: (kept) => tell({ ...kept, auth, user, keeps }),
    });
    keeper.current = started;
    return () => started.end();
  }, [auth, user, keeps]);
  const value = useMemo(() => {
    // What was told of a former user is nobody's business, from the very first rendering on.
    const isTold = told?.auth === auth && told.user === user && told.keeps === keeps;
    return { ...stateOf(user, isTold ? told : undefined), auth, refresh: () => keeper.current?.refresh() };
  }, [auth, user, keeps, told]);
  return createElement(context.Provider, { value }, children);
}

/** The state of the nearest provider. Throws without one. */
export function useAmityAuth(): AmityAuthState {
  const state = useContext(context);
  if (!state) throw new Error("useAmityAuth needs an AmityAuthProvider above it");
  return state;
}

/** Before any effect of a child, which may ask for the new user already. */
function useClearing(auth: AmityAuth, user: string | null | undefined): void {
  const former = useRef<string | null | undefined>(undefined);
  useInsertionEffect(() => {
    if (former.current && former.current !== user) auth.clear();
    former.current = user;
    return undefined;
  }, [auth, user]);
}

function stateOf(user: string | null | undefined, told: Told | undefined) {
  const { grant, error } = told ?? {};
  const token = grant && "token" in grant ? grant : undefined;
  const session = grant && "accessToken" in grant ? grant : undefined;
  const waiting = error ? "failed" : "loading";
  const status = !user ? "signedOut" : grant ? "ready" : waiting;
  return { status, token, session, error } as const;
}
