import type { Minted, StoreKey } from "./token.store.js";

/** Tokens that other processes minted, and hear of this one's. Nothing of it ever fails, and nothing waits for long. */
export interface SharedTokens {
  /** Looks for a token before one is minted. */
  find(key: StoreKey): Promise<SharedPlace>;
  /** Takes the user's token away from all, now and whenever one comes that was asked for before now. */
  forget(user: SharedUser): void;
  /** Who listens hears whom others have forgotten; undefined: it may have been anybody. */
  onForgotten(listener: (user: SharedUser | undefined) => void): void;
}

export type SharedUser = Pick<StoreKey, "region" | "userId">;

/** Where a token may be, as it was when somebody looked. */
export interface SharedPlace {
  /** Young enough to be handed out again. */
  readonly found?: Omit<Minted, "era">;
  /** Lets others have a token that was asked for since; not when its user was forgotten meanwhile. */
  keep(minted: Omit<Minted, "era">): void;
}

/** Nothing is there, and nothing is kept. */
export const nowhere: SharedPlace = { keep() {} };

/** Of a process that is for itself. */
export const nothingShared: SharedTokens = { find: async () => nowhere, forget() {}, onForgotten() {} };
