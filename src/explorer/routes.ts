import { randomBytes } from "node:crypto";
import type { Config } from "../config/config.js";
import { AppError } from "../errors/app-error.js";
import { buildGraphQLSchema } from "../graphql/build-schema.js";
import type { RegionService } from "../region/region.service.js";
import type { Answer, HttpRequest } from "../server/messages.js";
import { graphiqlPath, graphqlPath, sandboxPath, schemaPath, startPath } from "../server/paths.js";
import type { Route } from "../server/routes.js";
import { type BrowserFile, readBrowserFiles } from "./browser-files.js";
import { doorwayPage } from "./doorway-page.js";
import { exampleOperations } from "./example-operations.js";
import type { Root } from "./frame.js";
import { type GraphiqlSettings, graphiqlPage } from "./graphiql-page.js";
import { sandboxPage } from "./sandbox-page.js";
import { schemaPage } from "./schema-page.js";
import { startPage } from "./start-page.js";

/** The name of a file changes with its content. */
const forEver = "public, max-age=31536000, immutable";

export interface ExplorerSettings extends Pick<Config, "auth" | "introspection" | "visitors" | "userProfiles"> {
  readonly explorer: Exclude<Config["explorer"], "off">;
  /** Does the embedded emulator play Amity? */
  readonly emulator: boolean;
}

/**
 * The pages for browsers: the start page, the schema's, and at the endpoint the way to an explorer. GraphiQL, which
 * needs no other host, and Apollo Sandbox have an address each, so that no script of Apollo's runs beside what is typed
 * into GraphiQL.
 */
export function explorerRoutes(settings: ExplorerSettings, regions: RegionService): readonly Route[] {
  const { explorer, auth, visitors, userProfiles, introspection, emulator } = settings;
  const files = readBrowserFiles();
  const usersSignIn = auth.mode === "credentials" && auth.jwt !== undefined;
  const operations = exampleOperations({ usersSignIn, visitors: visitors !== undefined, userProfiles });
  const graphiql = { files, operations, callers: callersOf(auth), introspection, sandbox: explorer !== "graphiql" };
  const schema = introspection === "on";
  const start = { emulator, callersSignIn: auth.mode !== "none", sandbox: graphiql.sandbox, schema };
  const nonce = () => randomBytes(16).toString("base64");
  return [
    {
      methods: ["GET"],
      path: startPath,
      answer(request) {
        if (!asksForPage(request)) throw new AppError("NOT_FOUND");
        return startPage({ ...start, root: rootOf(request), regions: regions.list() });
      },
    },
    {
      methods: ["GET"],
      path: graphqlPath,
      answer(request) {
        if (!asksForPage(request)) throw new AppError("METHOD_NOT_ALLOWED");
        const root = rootOf(request);
        return explorer === "auto" ? doorwayPage(root) : leadTo(`${root}${explorerPaths[explorer]}`);
      },
    },
    {
      methods: ["GET", "HEAD"],
      path: graphiqlPath,
      answer: (request) => alone(request, graphiqlPage({ ...graphiql, root: rootOf(request), nonce: nonce() })),
    },
    ...(graphiql.sandbox ? [page(sandboxPath, (root) => sandboxPage(root, operations))] : []),
    ...(schema ? [page(schemaPath, (root) => shownSchema()(root))] : []),
    ...Object.values(files).map(fileRoute),
  ];
}

type SchemaPage = ReturnType<typeof schemaPage>;
let schemaShown: SchemaPage | undefined;

/** Made for the first who looks: the start has enough to do. The same for every gateway of the process. */
function shownSchema(): SchemaPage {
  schemaShown ??= schemaPage(buildGraphQLSchema());
  return schemaShown;
}

/** Below the root of the gateway. */
const explorerPaths = { graphiql: graphiqlPath.slice(1), sandbox: sandboxPath.slice(1) };

function callersOf(auth: Config["auth"]): GraphiqlSettings["callers"] {
  if (auth.mode === "none") return "none";
  return { userClaim: auth.jwt?.rules.userClaim, serviceKeys: auth.apiKeys !== undefined };
}

function page(path: string, answer: (root: Root) => Answer): Route {
  return { methods: ["GET", "HEAD"], path, answer: (request) => answer(rootOf(request)) };
}

/**
 * The page in a window that no other page holds: Apollo's script is of the same origin, and could open it and look in.
 * Browsers say where a request comes from where they would also heed this header; elsewhere they complain of it.
 */
function alone({ headers }: HttpRequest, answer: Answer): Answer {
  if (headers["sec-fetch-site"] === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, "cross-origin-opener-policy": "same-origin" } };
}

/** Is it a browser that shows a page, rather than a program that should POST? */
function asksForPage({ headers }: HttpRequest): boolean {
  return /\btext\/html\b/.test(headers.accept ?? "");
}

/** The way from the page to the gateway's root: browsers take relative addresses from the last slash on. */
function rootOf({ url }: HttpRequest): Root {
  const [path = ""] = url.split("?", 1);
  const folders = path.split("/").length - 2;
  return folders > 0 ? ("../".repeat(folders) as Root) : "./";
}

/** Relative, as the pages' addresses are. */
function leadTo(location: string): Answer {
  return { status: 302, headers: { location } };
}

function fileRoute({ servedAs, type, content }: BrowserFile): Route {
  const answer = { status: 200, headers: { "content-type": type, "cache-control": forEver }, body: content };
  return {
    methods: ["GET", "HEAD"],
    path: `${graphiqlPath}/${servedAs}`,
    label: `${graphiqlPath}/:file`,
    answer: () => answer,
  };
}
