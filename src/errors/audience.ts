/**
 * Who reads an error: somebody who writes the client, outside production; a caller whom production knows, or everybody
 * where the schema is open; or a stranger, who is not to learn the schema from errors.
 */
export type Audience = "developer" | "caller" | "stranger";
