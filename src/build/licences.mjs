// The licences of everything inside GraphiQL's, its plugin's and React's browser files, as one text.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const map = "node_modules/graphiql/graphiql.min.js.map";

/** Where each package was installed, by the lockfile: some lie below others. */
const installed = Object.keys(JSON.parse(readFileSync("package-lock.json", "utf8")).packages);

/** Each licence once, under the names of the packages that it covers. */
export function bundledLicences() {
  const namesOf = new Map();
  for (const name of bundledPackages()) {
    const text = licenceOf(name);
    namesOf.set(text, [...(namesOf.get(text) ?? []), name]);
  }
  return [...namesOf].map(([text, names]) => `${names.join(", ")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

/** The plugin has no source map: it and the one package in it. */
const pluginPackages = ["@graphiql/plugin-explorer", "graphiql-explorer"];

/** By GraphiQL's source map; its authors' other packages have no node_modules there and share its licence. */
function bundledPackages() {
  const { sources } = JSON.parse(readFileSync(map, "utf8"));
  const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  return [...new Set(["graphiql", ...pluginPackages, ...names.filter((name) => name !== undefined).sort()])];
}

function licenceOf(name) {
  const folder = folderOf(name);
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (file !== undefined) return readFileSync(join(folder, file), "utf8").trim();
  const { license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return `${license}${author ? `, by ${author.name ?? author}` : ""}; the package holds no further text.`;
}

/** GraphiQL's build had packages that it no longer installs: another one of the same scope, and authors, stands in. */
function folderOf(name) {
  const scope = name.startsWith("@") ? `node_modules/${name.split("/", 1)[0]}/` : undefined;
  const folder =
    installed.find((path) => path.endsWith(`node_modules/${name}`)) ??
    installed.find((path) => scope !== undefined && path.startsWith(scope));
  if (folder === undefined) throw new Error(`${name} is in GraphiQL's browser file, and its licence is not here`);
  return folder;
}
