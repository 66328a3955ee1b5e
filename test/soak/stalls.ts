const everyMs = 100;
/** Less than this is usual. Milliseconds. */
const noticedMs = 400;

let total = 0;
let lookedAt = performance.now();
setInterval(() => {
  const lateMs = performance.now() - lookedAt - everyMs;
  if (lateMs > noticedMs) total += lateMs;
  lookedAt = performance.now();
}, everyMs).unref();

/** How long this process has stood still so far, and so most likely the machine with all that runs on it. */
export function stalledMs(): number {
  return total;
}
