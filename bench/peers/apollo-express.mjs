import { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import express from "express";
import { ready } from "./options.mjs";
import { resolvers, typeDefs } from "./schema.mjs";

/** Apollo Server with its integration for Express, as its documentation shows it. */

const apollo = new ApolloServer({ typeDefs, resolvers });
await apollo.start();
const app = express();
app.use("/graphql", express.json(), expressMiddleware(apollo));
const server = app.listen(0, "127.0.0.1", () => ready(server.address().port));
