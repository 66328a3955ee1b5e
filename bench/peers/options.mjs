/** What every peer reads from its environment: where each region is, and its keys. */
export const baseUrls = { EU: process.env.EU_URL, SG: process.env.SG_URL, US: process.env.US_URL };
export const apiKey = process.env.API_KEY;
export const serverKey = process.env.SERVER_KEY;
/** How long the same user is handed the same auth token again. Seconds; 0: each is minted. */
export const reuseSeconds = Number(process.env.REUSE_SECONDS ?? 0);

/** The time for one call to Amity. Milliseconds. */
export const timeoutMs = 5_000;

/** Tells the bench where the peer listens. */
export function ready(port) {
  console.log(`Listening on http://127.0.0.1:${port}`);
}
