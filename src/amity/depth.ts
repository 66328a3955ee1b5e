/** Deeper data could not be written out again, and nobody means it. */
export const mostLevels = 64;

/** Has it more levels than that? */
export function isDeep(value: unknown, levels = mostLevels): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((entry) => isDeep(entry, levels - 1));
}
