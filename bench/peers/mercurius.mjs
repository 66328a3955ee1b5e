import Fastify from "fastify";
import mercurius from "mercurius";
import { ready } from "./options.mjs";
import { resolvers, typeDefs } from "./schema.mjs";

/** Mercurius, which compiles an operation at its first use. */

const app = Fastify();
await app.register(mercurius, { schema: typeDefs, resolvers, jit: 1 });
await app.listen({ port: 0, host: "127.0.0.1" });
ready(app.server.address().port);
