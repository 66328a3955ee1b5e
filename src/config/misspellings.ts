import { closest, distance } from "fastest-levenshtein";
import { fields, notBuiltYet } from "./fields.js";
import type { Env } from "./reader.js";

const knownNames = fields.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
/** Short names such as HOST have too many innocent neighbours. */
const distinctNames = knownNames.filter((name) => name.length >= 8);
/** Two slips: AMITY_APIKEY, AUHT_MODE. */
const maxDistance = 2;

/** Warnings for variables that look like ours but are not read. Everything under AMITY_ is taken as meant for us. */
export function misspellings(env: Env): string[] {
  return Object.keys(env).flatMap((name) => {
    if (knownNames.includes(name) || notBuiltYet.some((pattern) => pattern.test(name))) return [];
    const upper = name.toUpperCase();
    const likely = closest(upper, distinctNames);
    const ours = upper.startsWith("AMITY_") || distance(upper, likely) <= maxDistance;
    return ours ? [`${name} is not read: did you mean ${likely}?`] : [];
  });
}
