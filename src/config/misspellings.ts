import { closest, distance } from "fastest-levenshtein";
import { notBuiltYet, variables } from "./fields.js";
import type { Env } from "./reader.js";

/** Short names such as HOST have too many innocent neighbours. */
const distinctNames = [...variables.keys()].filter((name) => name.length >= 8);
/** Two slips: AMITY_APIKEY, AUHT_MODE. */
const maxDistance = 2;

/** Warnings for variables that look like ours and are not read. AMITY_, AUTH_JWT_ and AUTH_JWKS_ begin what is ours. */
export function misspellings(env: Env): string[] {
  return Object.keys(env).flatMap((name) => {
    if (variables.has(name) || notBuiltYet.some((pattern) => pattern.test(name))) return [];
    const upper = name.toUpperCase();
    const likely = closest(upper, distinctNames);
    const ours = /^(?:AMITY_|AUTH_JW)/.test(upper) || distance(upper, likely) <= maxDistance;
    return ours ? [`${name} is not read: did you mean ${likely}?`] : [];
  });
}
