import { readFileSync } from "node:fs";

const shipped = readFileSync(new URL("../../schema/operations/create-session.graphql", import.meta.url), "utf8");

/** Opens a session and asks for all of it: `users` too, which no shipped operation has beside `user`. */
export const wholeSession = shipped.replace(/^ {4}user (\{.*?^ {4}\})$/ms, "$&\n    users $1");
