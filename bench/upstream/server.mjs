import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { apiKey, authTokenOf, serverKey, sessionOf } from "../amity-script.mjs";

/**
 * The scripted Amity, in a process of its own: a listener that answers at once, one that takes its time, and one with
 * TLS, all with keep-alive. It refuses wrong keys and another user's auth token, and tells how often it was called.
 */

const slowMs = 20;
let calls = 0;

function answerTo(path, headers, body) {
  const { userId, displayName, authToken } = JSON.parse(body);
  if (path === "/api/v4/authentication/token" && headers["x-server-key"] === serverKey) {
    return { type: "text/plain; charset=utf-8", text: JSON.stringify(authTokenOf(userId)) };
  }
  if (path === "/api/v3/sessions" && headers["x-api-key"] === apiKey && authToken === authTokenOf(userId)) {
    return { type: "application/json; charset=utf-8", text: JSON.stringify(sessionOf(userId, displayName)) };
  }
  return undefined;
}

function listenerWith(delayMs) {
  return (request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      calls++;
      const answer = answerTo(request.url, request.headers, Buffer.concat(chunks).toString());
      const send = () => {
        response.writeHead(answer ? 200 : 401, { "content-type": answer?.type ?? "text/plain" });
        response.end(answer?.text ?? "refused");
      };
      if (delayMs === 0) send();
      else setTimeout(send, delayMs);
    });
  };
}

/** Connections stay open as long as the bench, so that no candidate pays for another handshake than the first. */
async function listen(server) {
  server.keepAliveTimeout = 600_000;
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server.address().port;
}

process.on("message", async ({ ask, tls }) => {
  if (ask === "calls") return process.send({ calls });
  const [eu, us, sg] = [
    createServer(listenerWith(0)),
    createServer(listenerWith(slowMs)),
    createTlsServer(tls, listenerWith(0)),
  ];
  process.send({
    urls: {
      EU: `http://127.0.0.1:${await listen(eu)}`,
      US: `http://127.0.0.1:${await listen(us)}`,
      SG: `https://127.0.0.1:${await listen(sg)}`,
    },
  });
});
process.on("disconnect", () => process.exit());
