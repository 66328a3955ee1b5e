/** Why the process should get no traffic. */
export type NotReady = "starting" | "draining";

/** The state behind /readyz. */
export class Readiness {
  state: NotReady | "ready" = "starting";
}
