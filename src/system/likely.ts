import { closest, distance } from "fastest-levenshtein";

/** What a mistyped word was probably meant to be; undefined when nothing is near. `words`: in their own spelling. */
export function likely(mistyped: string, words: readonly string[]): string | undefined {
  const word = mistyped.trim().toLowerCase();
  const letters = lettersOf(word);
  // Others are not near, and to measure how far a text of kilobytes is takes its time.
  const near = words.filter(({ length }) => Math.abs(length - word.length) <= 2);
  const sameLetters = words.find((candidate) => lettersOf(candidate) === letters);
  if (sameLetters !== undefined || near.length === 0) return sameLetters;
  const lower = near.map((candidate) => candidate.toLowerCase());
  const nearest = closest(word, lower);
  return distance(word, nearest) <= mostSlips(nearest) ? near[lower.indexOf(nearest)] : undefined;
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
