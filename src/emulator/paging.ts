import { z } from "zod";
import { AmityError } from "./errors.js";
import { pageQuery, parse } from "./validation.js";

/** Where a page of a list begins, and how long it is. */
interface Page {
  readonly skip: number;
  readonly limit: number;
}

/** Tokens of the neighbouring pages, where there are any. */
export interface Paging {
  readonly previous?: string;
  readonly next?: string;
}

/** What a token says, as the docs.social.plus technical FAQ shows one: JSON in base64. */
const tokenContent = z.object({ skip: z.int().min(0), limit: z.int().min(1).max(100) });

/**
 * The page of a list that `options[limit]` or `options[token]` of a query asks for. Refuses with badRequest.
 */
export function pageOf<Item>(items: readonly Item[], query: unknown): { page: Item[]; paging: Paging } {
  const { skip, limit } = requestedPage(query);
  const paging = {
    ...(skip > 0 && { previous: tokenOf({ skip: Math.max(0, skip - limit), limit }) }),
    ...(skip + limit < items.length && { next: tokenOf({ skip: skip + limit, limit }) }),
  };
  return { page: items.slice(skip, skip + limit), paging };
}

/** The values that a query gives to an array, written as name, as name[] or as name[0]. */
export function arrayIn(query: unknown, name: string): unknown[] {
  const isOurs = (key: string) =>
    key === name || (key.startsWith(`${name}[`) && /^\[\d*\]$/.test(key.slice(name.length)));
  return Object.entries(query ?? {}).flatMap(([key, value]) => (isOurs(key) ? value : []));
}

function requestedPage(query: unknown): Page {
  const given: Record<string, unknown> = Object.assign({}, query);
  const options = { limit: given["options[limit]"], token: given["options[token]"] };
  const { limit, token } = parse(pageQuery, options, "badRequest");
  if (token === undefined) return { skip: 0, limit };
  const content = tokenContent.safeParse(contentOf(token));
  if (content.success) return content.data;
  throw new AmityError("badRequest", ["The 'options.token' field is invalid."]);
}

function tokenOf(page: Page): string {
  return Buffer.from(JSON.stringify(page)).toString("base64");
}

function contentOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64").toString());
  } catch {
    return undefined;
  }
}
