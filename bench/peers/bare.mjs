import { createServer } from "node:http";
import { authToken, BadInput, createSession, listRegions } from "./amity.mjs";
import { ready } from "./options.mjs";

/** Node's own server and nothing else: the floor. */

const routes = { "GET /regions": listRegions, "POST /auth-token": authToken, "POST /sessions": createSession };

async function answer(request, response, chunks) {
  try {
    const route = routes[`${request.method} ${request.url}`];
    if (!route) return send(response, 404, { error: "no such route" });
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    send(response, 200, await route(body));
  } catch (error) {
    if (error instanceof BadInput || error instanceof SyntaxError) send(response, 400, { error: "wrong input" });
    else send(response, 502, { error: "Amity could not be asked" });
  }
}

function send(response, status, body) {
  const text = JSON.stringify(body);
  const headers = { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => answer(request, response, chunks));
});
server.listen(0, "127.0.0.1", () => ready(server.address().port));
