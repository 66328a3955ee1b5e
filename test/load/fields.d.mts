/** What callers ask for, by the name of the root field. */
export const fields: Readonly<Record<string, object>>;
