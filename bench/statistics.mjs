/** The value below which this share of the numbers lies; NaN for none. */
export function quantile(numbers, share) {
  const ordered = Float64Array.from(numbers).sort();
  return ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))] ?? Number.NaN;
}

/** The middle one, or the mean of the two in the middle. */
export function median(numbers) {
  const ordered = Float64Array.from(numbers).sort();
  const middle = Math.floor(ordered.length / 2);
  return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

/** How a number varied over the rounds. */
export function spread(numbers) {
  return { median: median(numbers), least: Math.min(...numbers), most: Math.max(...numbers) };
}
