/** Parameters of a property that is tried with the same inputs in every run, so that a failure comes back. */
export function tries(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: 20_260_101, numRuns };
}
