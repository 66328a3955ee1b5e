import { readFile } from "node:fs/promises";
import type { FastifyInstance } from "fastify";
import { controlPath } from "./control-guard.js";

/** The modules that the page runs. Nothing else is served. */
export const scriptNames = [
  "page.js",
  "api.js",
  "detail.js",
  "details.js",
  "dialogs.js",
  "dom.js",
  "format.js",
  "list.js",
  "sections.js",
  "store.js",
] as const;

const folder = new URL("./browser/", import.meta.url);

/** The inspector's page. It holds nothing secret; the key comes to it behind a #, which no browser sends. */
export function registerPageRoutes(app: FastifyInstance): void {
  for (const path of [controlPath, `${controlPath}/`]) {
    app.get(path, async (_request, reply) => {
      // Loaded when it is asked for: most emulators serve tests, where nobody looks at them.
      const { inspectorPage } = await import("./page.js");
      const { status, headers, body } = inspectorPage;
      return reply.code(status).headers(headers).send(body);
    });
  }
  for (const name of scriptNames) {
    app.get(`${controlPath}/${name}`, async (_request, reply) => {
      return reply.type("text/javascript; charset=utf-8").send(await readFile(new URL(name, folder), "utf8"));
    });
  }
}
