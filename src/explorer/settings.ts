import type { Config } from "../config/config.js";

/** Which explorer is shown, and how its examples are filled in. */
export interface ExplorerSettings {
  readonly explorer: Config["explorer"];
  /** Callers may be users of their own, who would be refused another's id. */
  readonly usersSignIn: boolean;
}
