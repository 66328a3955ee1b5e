import { errors } from "jose";

const own = [
  "unknown scheme",
  "token too long",
  "unusable token",
  "a name twice",
  "sender-constrained token",
  "no plausible time",
  "issued in the future",
  "no usable user claim",
  "no such key",
  "expired key",
];

const ofJose = Object.values(errors).map(({ code }) => code);

/** Why a credential can be refused: our own words, and jose's codes. */
export const refusalReasons: readonly string[] = [...own, ...ofJose];
