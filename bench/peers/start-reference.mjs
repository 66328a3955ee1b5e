import "reflect-metadata";
import { ApolloServer } from "@apollo/server";
import Fastify from "fastify";
import got from "got";
import { buildSchema, Field, ObjectType, Query, Resolver } from "type-graphql";
import { ready } from "./options.mjs";

/** The least that the gateway's stack takes to start: it imports the four packages, and answers. */

got.extend({ retry: { limit: 0 } });

class Region {}
Field(() => String)(Region.prototype, "code");
ObjectType()(Region);

class RegionResolver {
  regions() {
    return ["EU", "SG", "US"].map((code) => Object.assign(new Region(), { code }));
  }
}
Query(() => [Region])(RegionResolver.prototype, "regions", {});
Resolver()(RegionResolver);

const apollo = new ApolloServer({ schema: await buildSchema({ resolvers: [RegionResolver] }) });
await apollo.start();
const app = Fastify();
app.post("/graphql", async (request) => {
  const { body } = await apollo.executeOperation(request.body);
  return body.singleResult;
});
await app.listen({ port: 0, host: "127.0.0.1" });
ready(app.server.address().port);
