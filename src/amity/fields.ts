import { readDateTime } from "../system/date-time.js";
import { isDeep } from "./depth.js";
import { isObject } from "./wire.js";

/**
 * Fields of an answer that the answer can do without. Absent, null or of no use, each has a value that stands for it.
 * By hand, since a library's refusal costs microseconds, and an answer may hold ten thousand.
 */
export interface Field<T> {
  /** What a value that is not null is read as; undefined: it is of no use. */
  readonly read: (value: unknown, onUnusable: OnUnusable) => T | undefined;
  readonly absent: T;
  /** The names that it can tell as unusable beside the one that it has where it stands. */
  readonly places?: readonly string[];
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What fields are read as. */
export type ReadBy<F extends Fields> = { -readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

/** Hears the name of each field that holds something of no use, as often as one does. */
export type OnUnusable = (place: string) => void;

/** A list of more is left short: a real user takes hundreds of bytes, and each entry costs twenty GraphQL fields. */
const mostEntries = 1_000;

export const text = optional((value) => (typeof value === "string" ? value : undefined));

/** RFC 3339. */
export const dateTime = optional(readDateTime);

/** GraphQL's Int. */
export const int = optional((value) => (typeof value === "number" && (value | 0) === value ? value : undefined));

export const count: Field<number> = { ...int, absent: 0 };

export const flag: Field<boolean> = {
  read: (value) => (typeof value === "boolean" ? value : undefined),
  absent: false,
};

export const json = optional((value) => (isDeep(value) ? undefined : value));

export const jsonObject = optional((value) => (isObject(value) && !isDeep(value) ? value : undefined));

/** A list of texts, without whatever else is in it. `place`: the name to tell then. */
export function texts(place: string): Field<string[]> {
  return listOf(place, (entry) => (typeof entry === "string" ? entry : undefined));
}

/** An object with these fields. `place`: its name; those of its fields are told with it. */
export function object<F extends Fields>(place: string, fields: F): Field<ReadBy<F> | undefined> {
  const parts = Object.entries(fields).map(([name, field]) => ({ name, place: `${place}.${name}`, ...field }));
  const read: Field<ReadBy<F>>["read"] = (value, onUnusable) => {
    if (!isObject(value)) return undefined;
    const result: Record<string, unknown> = {};
    for (const { name, place, read, absent } of parts) {
      const part = value[name] ?? undefined;
      const usable = part === undefined ? undefined : read(part, onUnusable);
      if (part !== undefined && usable === undefined) onUnusable(place);
      result[name] = usable ?? absent;
    }
    return result as ReadBy<F>;
  };
  return { read, absent: undefined, places: parts.flatMap(({ place, places = [] }) => [place, ...places]) };
}

/** A list of objects with these fields, each known by its id: an entry without one is left out. */
export function entries<Id extends string, F extends Fields>(
  place: string,
  id: Id,
  fields: F,
): Field<(ReadBy<F> & Record<Id, string>)[]> {
  const { read, places } = object(place, { ...fields, [id]: text });
  const list = listOf(`${place}.${id}`, (value, onUnusable) => {
    if (!isObject(value) || typeof value[id] !== "string") return undefined;
    return read(value, onUnusable) as (ReadBy<F> & Record<Id, string>) | undefined;
  });
  return { ...list, ...(places && { places }) };
}

function optional<T>(read: Field<T>["read"]): Field<T | undefined> {
  return { read, absent: undefined };
}

/** `place`: the name to tell when an entry is left out. */
function listOf<T>(place: string, readEntry: Field<T>["read"]): Field<T[]> {
  return {
    read(value, onUnusable) {
      if (!Array.isArray(value)) return undefined;
      if (value.length > mostEntries) onUnusable(place);
      return value.slice(0, mostEntries).flatMap((entry) => {
        const usable = readEntry(entry, onUnusable);
        if (usable === undefined) onUnusable(place);
        return usable ?? [];
      });
    },
    absent: [],
    places: [place],
  };
}
