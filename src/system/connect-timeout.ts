/** A host that does not take a connection within this time takes none. Milliseconds. */
export const connectTimeoutMs = 2_000;
