import type { z } from "zod";
import type { User } from "./users.js";
import type { userQuery } from "./validation.js";

type Query = z.output<typeof userQuery>;
type SearchField = Query["searchBy"][number];
type Order = NonNullable<Query["sortBy"]>;

const searchFields: readonly SearchField[] = ["displayName", "profileHandle", "userId"];

/** The users that a query finds, in its order (OpenAPI v3, query users). Names are compared without their case. */
export function searchUsers(users: readonly User[], query: Query): User[] {
  const fields = query.searchBy.length > 0 ? query.searchBy : searchFields;
  const found = users.filter(
    (user) =>
      user.isDeleted === query.isDeleted &&
      (query.filter === "all" || user.flagCount > 0) &&
      fields.some((field) => hasKeyword(user[field], query)),
  );
  return sorted(found, query.sortBy ?? defaultOrder(query.searchBy));
}

function hasKeyword(value: string | undefined, { keyword, exactMatchKeyword }: Query): boolean {
  if (!keyword) return true;
  const [text, sought] = [lower(value), lower(keyword)];
  return exactMatchKeyword ? text === sought : text.includes(sought);
}

/** What is searched by alone gives the order; OpenAPI v3 knows no order by userId. */
function defaultOrder([field, ...others]: readonly SearchField[]): Order {
  if (field === undefined || others.length > 0) return "displayName";
  return field === "userId" ? "lastCreated" : field;
}

/** `users` come in the order of their creation. */
function sorted(users: readonly User[], order: Order): User[] {
  if (order === "firstCreated") return [...users];
  if (order === "lastCreated") return users.toReversed();
  return users.toSorted((one, other) => compare(lower(one[order]), lower(other[order])));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function lower(value: string | undefined): string {
  return (value ?? "").toLowerCase();
}
