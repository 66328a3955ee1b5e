import { closest, distance } from "fastest-levenshtein";

/** What a mistyped word was probably meant to be; undefined when nothing is near. `words`: in their own spelling. */
export function likely(mistyped: string, words: readonly string[]): string | undefined {
  const word = mistyped.trim().toLowerCase();
  const sameLetters = words.find((candidate) => lettersOf(candidate) === lettersOf(word));
  if (sameLetters !== undefined || words.length === 0) return sameLetters;
  const lower = words.map((candidate) => candidate.toLowerCase());
  const nearest = closest(word, lower);
  return distance(word, nearest) <= mostSlips(nearest) ? words[lower.indexOf(nearest)] : undefined;
}

/** Short words have too many innocent neighbours. */
function mostSlips({ length }: string): number {
  if (length < 3) return 0;
  return length < 8 ? 1 : 2;
}

/** PROT and PORT have the same letters, and so have api-key and API_KEY; but `no` is not `on`. */
function lettersOf(word: string): string {
  const letters = word.toLowerCase().replace(/[^a-z0-9]/g, "");
  return letters.length < 3 ? letters : [...letters].sort().join("");
}
