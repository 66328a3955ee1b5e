import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import { AppError } from "../errors/app-error.js";
import { asksForPage, graphqlPath } from "../server/paths.js";
import { readBrowserFiles } from "./browser-files.js";
import { exampleOperations } from "./example-operations.js";
import { type GraphiqlPageOptions, graphiqlPage, graphiqlPolicy } from "./graphiql-page.js";
import type { ExplorerSettings } from "./settings.js";

const explorerPath = `${graphqlPath}/explorer`;

/** The name of a file changes with its content. */
const forEver = "public, max-age=31536000, immutable";

/**
 * The explorer that needs no other host: GraphiQL at /graphql/explorer, and with EXPLORER=graphiql for browsers at
 * /graphql too. Adds nothing when the explorer is off.
 */
export function addOfflineExplorer(server: FastifyInstance, { explorer, usersSignIn }: ExplorerSettings): void {
  if (explorer === "off") return;
  const files = readBrowserFiles();
  const served = new Map(Object.values(files).map((file) => [file.servedAs, file]));
  const page = { files, operations: exampleOperations(usersSignIn), sandbox: explorer === "sandbox" };

  server.get(explorerPath, { exposeHeadRoute: true }, async (_request, reply) =>
    sendPage(reply, { ...page, root: "../" }),
  );
  server.get<{ Params: { file: string } }>(
    `${explorerPath}/:file`,
    { exposeHeadRoute: true },
    async ({ params }, reply) => {
      const file = served.get(params.file);
      if (!file) throw new AppError("NOT_FOUND");
      return reply.header("cache-control", forEver).type(file.type).send(file.content);
    },
  );
  if (explorer === "sandbox") return;
  server.get(graphqlPath, async (request, reply) => {
    if (!asksForPage(request)) throw new AppError("METHOD_NOT_ALLOWED");
    return sendPage(reply, { ...page, root: "./" });
  });
}

function sendPage(reply: FastifyReply, page: Omit<GraphiqlPageOptions, "nonce">): FastifyReply {
  const nonce = randomBytes(16).toString("base64");
  return reply
    .header("content-security-policy", graphiqlPolicy(nonce))
    .type("text/html; charset=utf-8")
    .send(graphiqlPage({ ...page, nonce }));
}
