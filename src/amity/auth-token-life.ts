/** Amity's Security page: an auth token lives ten minutes. */
export const authTokenLifeMs = 10 * 60_000;

/** What is handed out again has at least this left of its life: time to open a session with it. */
export const leastReusedLifeMs = 3 * 60_000;
