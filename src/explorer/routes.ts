import { randomBytes } from "node:crypto";
import { AppError } from "../errors/app-error.js";
import type { Answer, HttpRequest } from "../server/messages.js";
import { graphqlPath } from "../server/paths.js";
import type { Route } from "../server/routes.js";
import { type BrowserFile, readBrowserFiles } from "./browser-files.js";
import { type Audience, exampleOperations } from "./example-operations.js";
import { type GraphiqlPageOptions, graphiqlPage, graphiqlPolicy } from "./graphiql-page.js";
import { createSandboxPage, sandboxPolicy } from "./sandbox.js";

const explorerPath = `${graphqlPath}/explorer`;

/** The name of a file changes with its content. */
const forEver = "public, max-age=31536000, immutable";

/**
 * The pages for browsers: Apollo Sandbox or GraphiQL at the endpoint, GraphiQL, which needs no other host, at
 * /graphql/explorer, and its files.
 */
export function explorerRoutes(explorer: "graphiql" | "sandbox", audience: Audience): readonly Route[] {
  const operations = exampleOperations(audience);
  const files = readBrowserFiles();
  const graphiql = { files, operations, sandbox: explorer === "sandbox" };
  const sandbox = createSandboxPage(operations);
  return [
    {
      methods: ["GET"],
      path: graphqlPath,
      async answer(request) {
        if (!asksForPage(request)) throw new AppError("METHOD_NOT_ALLOWED");
        const root = endsInSlash(request) ? "../" : "./";
        return graphiql.sandbox ? sandboxAnswer(await sandbox(root)) : graphiqlAnswer({ ...graphiql, root });
      },
    },
    {
      methods: ["GET", "HEAD"],
      path: explorerPath,
      answer: (request) => graphiqlAnswer({ ...graphiql, root: endsInSlash(request) ? "../../" : "../" }),
    },
    ...Object.values(files).map(fileRoute),
  ];
}

/** Is it a browser that shows a page, rather than a program that should POST? */
function asksForPage({ headers }: HttpRequest): boolean {
  return /\btext\/html\b/.test(headers.accept ?? "");
}

/** A browser takes relative addresses from one folder further down then. */
function endsInSlash({ url }: HttpRequest): boolean {
  return /^[^?]*\/(?:\?|$)/.test(url);
}

function sandboxAnswer(body: string): Answer {
  return { status: 200, headers: { "content-type": "text/html", "content-security-policy": sandboxPolicy }, body };
}

function graphiqlAnswer(page: Omit<GraphiqlPageOptions, "nonce">): Answer {
  const nonce = randomBytes(16).toString("base64");
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": graphiqlPolicy(nonce) },
    body: graphiqlPage({ ...page, nonce }),
  };
}

function fileRoute({ servedAs, type, content }: BrowserFile): Route {
  const answer = { status: 200, headers: { "content-type": type, "cache-control": forEver }, body: content };
  return {
    methods: ["GET", "HEAD"],
    path: `${explorerPath}/${servedAs}`,
    label: `${explorerPath}/:file`,
    answer: () => answer,
  };
}
