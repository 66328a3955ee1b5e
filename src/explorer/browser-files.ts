import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { sharedStyle } from "../pages/page.js";

/** Where a file comes from: `path` in an npm package, which is there for development only, or a folder of ours. */
interface Source {
  readonly type: string;
  readonly from?: string;
  readonly path?: string;
}

const js = "text/javascript; charset=utf-8";
const css = "text/css; charset=utf-8";

/** All that GraphiQL's page loads. Nothing else is served. A module stands behind those that it imports. */
const sources = {
  "style.css": { type: css },
  "react.js": { type: js, from: "react", path: "umd/react.production.min.js" },
  "react-dom.js": { type: js, from: "react-dom", path: "umd/react-dom.production.min.js" },
  "graphiql.js": { type: js, from: "graphiql", path: "graphiql.min.js" },
  "graphiql.css": { type: css, from: "graphiql", path: "graphiql.min.css" },
  "plugin-explorer.js": { type: js, from: "@graphiql/plugin-explorer", path: "dist/index.umd.js" },
  "plugin-explorer.css": { type: css, from: "@graphiql/plugin-explorer", path: "dist/style.css" },
  "choices.js": { type: js },
  "settings.js": { type: js },
  "identity.js": { type: js },
  "help.js": { type: js },
  "strip.js": { type: js },
  "storage.js": { type: js },
  "send.js": { type: js },
  "request-code.js": { type: js },
  "code-plugin.js": { type: js },
  "panes.js": { type: js },
  "mending.js": { type: js },
  "page.js": { type: js },
  "page.css": { type: css },
  "theme.css": { type: css },
  "narrow.css": { type: css },
} as const satisfies Record<string, Source>;

export type BrowserFileName = keyof typeof sources;

export const browserFileNames = Object.keys(sources) as BrowserFileName[];

/** Is it a script of our own, which may import others? */
export function isModule(name: BrowserFileName): boolean {
  const { type, from }: Source = sources[name];
  return type === js && from === undefined;
}

/** In the build all files lie in here; in the sources only our own do. */
const ownFolder = new URL("./browser/", import.meta.url);

/** A file as it is served. */
export interface BrowserFile {
  /** Holds a hash of the content, so it may be cached for ever. */
  readonly servedAs: string;
  readonly type: string;
  readonly content: Buffer;
}

type BrowserFiles = Readonly<Record<BrowserFileName, BrowserFile>>;

/** Over a megabyte, the same for every gateway of the process. */
let files: BrowserFiles | undefined;

/** All browser files. Throws when one is missing: better at start than for the first visitor. */
export function readBrowserFiles(): BrowserFiles {
  files ??= readAll();
  return files;
}

/** What a module imports changes its text, for names hold hashes, and so its own name. */
function readAll(): BrowserFiles {
  const served = new Map<string, string>();
  const withServedNames = (text: string) =>
    text.replaceAll(/(?<=(?:from|import) "\.\/)[\w-]+\.js(?=")/g, (name) => served.get(name) ?? name);
  const entries = browserFileNames.map((name) => {
    const text = browserFileText(name);
    const file = toServe(name, Buffer.from(isModule(name) ? withServedNames(text) : text));
    served.set(name, file.servedAs);
    return [name, file] as const;
  });
  return Object.fromEntries(entries) as BrowserFiles;
}

/** The text of a file: the one in `folder`, or else the one in its npm package or among the pages' own. */
export function browserFileText(name: BrowserFileName, folder: URL = ownFolder): string {
  const own = new URL(name, folder);
  const { from, path = "" }: Source = sources[name];
  if (name === "style.css") return sharedStyle;
  return withoutExtras(
    readFileSync(existsSync(own) || from === undefined ? own : join(packageFolder(from), path), "utf8"),
  );
}

/** Fonts (370 kB, with licences of their own) and the names of source maps, which are not shipped. */
function withoutExtras(text: string): string {
  return text.replaceAll(/@font-face\s*\{[^}]*\}\s*/g, "").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
}

function packageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

function toServe(name: BrowserFileName, content: Buffer): BrowserFile {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const extension = extname(name);
  const servedAs = `${name.slice(0, -extension.length)}-${hash}${extension}`;
  return { servedAs, type: sources[name].type, content };
}
