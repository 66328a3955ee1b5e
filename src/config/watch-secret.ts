import { fixed, type Reloading, type Reloads } from "../system/reloading-file.js";
import { headerKeyOf } from "./header-key.js";
import type { Secret } from "./reader.js";

/**
 * A secret that follows its file, if it came from one. `onTaken` hears of each that takes its place; `parse` is what it
 * was read with.
 */
export function watchSecret(
  { name, value, path }: Secret,
  reloads: Reloads,
  onTaken: () => void = () => {},
  parse: (text: string) => string = headerKeyOf,
): Reloading<string> {
  if (path === undefined) return fixed(value);
  return reloads.watch({
    name: `${name}_FILE`,
    paths: [path],
    parse: ([text = ""]) => parse(text),
    first: value,
    onTaken,
  });
}
