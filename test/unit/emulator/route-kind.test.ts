import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { fastify } from "fastify";
import { requireKnownRoutes, routeKinds } from "../../../src/emulator/route-kind.js";

test("a route that the table lacks cannot be registered", () => {
  const app = fastify({ exposeHeadRoutes: false });
  requireKnownRoutes(app);
  app.get("/api/v3/users", () => "");
  expect(() => app.get("/api/v9/users", () => "")).toThrow("GET /api/v9/users has no kinds");
});

test.each(routeKinds)("the page about the emulator explains the route %s", (kind) => {
  const page = readFileSync(new URL("../../../docs/emulator.md", import.meta.url), "utf8");
  expect(page).toMatch(new RegExp(`^\\| \`${kind}\` \\| .+ \\|$`, "m"));
});
