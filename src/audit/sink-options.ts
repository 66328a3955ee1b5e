import type { Clock } from "../system/clock.js";
import type { SinkEvents } from "./events.js";
import type { Outlet } from "./outlet.js";

/** What a sink works with. */
export interface SinkOptions {
  readonly outlet: Outlet;
  readonly key: string | undefined;
  /** Whoever asks waits for the line, and gives up: it need not be written then. */
  readonly isRequired: boolean;
  readonly clock: Clock;
  readonly events: SinkEvents;
}
