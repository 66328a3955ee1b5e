import express from "express";
import { authToken, BadInput, createSession, listRegions } from "./amity.mjs";
import { ready } from "./options.mjs";

/** Express with three routes. */

const app = express();
app.disable("x-powered-by");
app.use(express.json());

app.get("/regions", (_request, response) => {
  response.json(listRegions());
});

app.post("/auth-token", async (request, response) => {
  response.json(await authToken(request.body));
});

app.post("/sessions", async (request, response) => {
  response.json(await createSession(request.body));
});

app.use((error, _request, response, _next) => {
  if (error instanceof BadInput) response.status(400).json({ error: `wrong ${error.message}` });
  else response.status(502).json({ error: "Amity could not be asked" });
});

const server = app.listen(0, "127.0.0.1", () => ready(server.address().port));
