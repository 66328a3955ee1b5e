import { fixed, type Reloading, type Reloads } from "../system/reloading-file.js";
import { headerKeyOf } from "./header-key.js";
import type { Given, Secret } from "./reader.js";

/** What a setting gave, following its file if it came from one. `parse` is what it was read with. */
export function watchGiven<T>(
  { name, value, path }: Given<T>,
  reloads: Reloads,
  parse: (text: string) => T,
  onTaken: () => void = () => {},
): Reloading<T> {
  if (path === undefined) return fixed(value);
  return reloads.watch({
    name: `${name}_FILE`,
    paths: [path],
    parse: ([text = ""]) => parse(text),
    first: value,
    onTaken,
  });
}

/** The same for a secret. `onTaken` hears of each that takes its place. */
export function watchSecret(
  secret: Secret,
  reloads: Reloads,
  onTaken: () => void = () => {},
  parse: (text: string) => string = headerKeyOf,
): Reloading<string> {
  return watchGiven(secret, reloads, parse, onTaken);
}
