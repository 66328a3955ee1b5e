/** Exit codes of every command; those above 63 are sysexits.h's. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_SOFTWARE: a fault of the program. */
  fault: 70,
  /** EX_CONFIG: the environment is wrong. */
  configuration: 78,
} as const;
