import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";

/** Where a file comes from that is not ours: `path` in an npm package, which is there for development only. */
interface Ours {
  readonly type: string;
}
interface Theirs extends Ours {
  readonly from: string;
  readonly path: string;
}

const js = "text/javascript; charset=utf-8";
const css = "text/css; charset=utf-8";

/** All that the offline explorer's page loads. Nothing else is served. */
const sources = {
  "react.js": { type: js, from: "react", path: "umd/react.production.min.js" },
  "react-dom.js": { type: js, from: "react-dom", path: "umd/react-dom.production.min.js" },
  "graphiql.js": { type: js, from: "graphiql", path: "graphiql.min.js" },
  "graphiql.css": { type: css, from: "graphiql", path: "graphiql.min.css" },
  "page.js": { type: js },
  "page.css": { type: css },
  "icon.svg": { type: "image/svg+xml" },
} as const satisfies Record<string, Ours | Theirs>;

export type BrowserFileName = keyof typeof sources;

export const browserFileNames = Object.keys(sources) as BrowserFileName[];

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

function readAll(): BrowserFiles {
  const entries = browserFileNames.map((name) => [name, toServe(name, Buffer.from(browserFileText(name)))] as const);
  return Object.fromEntries(entries) as BrowserFiles;
}

/** The text of a file: the one in `folder`, or else the one in its npm package. */
export function browserFileText(name: BrowserFileName, folder: URL = ownFolder): string {
  const own = new URL(name, folder);
  const source: Ours | Theirs = sources[name];
  const path = existsSync(own) || !("from" in source) ? own : join(packageFolder(source.from), source.path);
  return withoutExtras(readFileSync(path, "utf8"));
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
