/** An address of a Unix socket has no more on macOS; Linux takes four more. */
export const socketPathBytes = 103;
