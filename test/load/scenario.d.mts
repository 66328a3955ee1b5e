import type { Answer } from "../support/upstream.js";

export interface Caller {
  readonly userId: string;
  readonly authorization: string;
  /** Does this caller hang up now and then? */
  readonly hangsUp: boolean;
}

export interface Totals {
  /** Root fields that were answered. */
  readonly calls: number;
  readonly right: number;
  readonly mismatches: number;
  readonly errors: number;
  /** Operations for another user that were refused. */
  readonly refused: number;
  /** Operations that were hung up on. */
  readonly aborted: number;
  /** How many tokens each user may have been minted, and how often the sessions may have been ended. */
  readonly rightful: ReadonlyMap<string, number>;
  /** The first failures. */
  readonly examples: readonly unknown[];
}

export interface Scenario {
  readonly callers: readonly Caller[];
  readonly calls: number;
  readonly workers: number;
  readonly seed: number;
  readonly send: Send;
}

/** Sends one operation of the scenario. */
export type Send = (operation: never) => Promise<unknown>;

/** By what was done for whom. */
type Done = ReadonlyMap<string, number>;

export function createCallers(count: number): Promise<{ publicKey: string; callers: Caller[] }>;
export function gatewayEnv(publicKey: string, urls: readonly string[]): Record<string, string>;
export function createNetworks(seed: number): { answers: Answer[]; done: Done };
export function createSend(url: string): Send;
export function runScenario(scenario: Scenario): Promise<Totals>;
export function strays(done: Done, totals: Totals): number;
