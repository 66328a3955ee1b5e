// A DEMO, for this machine only: whoever types a name is signed in under it, without a password, and Amity is an
// emulator. It starts that emulator, a gateway in front of it, and the page with its backend: `npm run example`.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { loadConfig, startGateway } from "amity-graphql";
import { startEmulator } from "amity-graphql/emulator";
import { build } from "esbuild";
import { SignJWT } from "jose";
import { writeClientPackage } from "../../src/build/pack-client.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const issuer = "https://demo.example";
const audience = "amity-graphql-demo";
const secret = randomBytes(32).toString("hex");

// Your app has both among its own dependencies: the client's packed file (docs/packages.md), and Amity's SDK, which is
// installed here for the tests too.
const installed = here("../../node_modules/.cache/example");
await writeClientPackage(`${installed}/amity-graphql-client`);
const bundle = await build({
  entryPoints: [here("main.js")],
  nodePaths: [installed, here("../../test/e2e/sdk-6/node_modules")],
  bundle: true,
  minify: true,
  format: "esm",
  write: false,
});

const server = createServer();
await once(server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1"), "listening");
const { port } = server.address();

// An hour, so that a patient visitor sees the SDK renew the session in minute 50.
const emulator = await startEmulator({ accessTokenLifetimeMs: 3_600_000 });
const gateway = await startGateway(
  loadConfig({
    PORT: "0",
    AUTH_MODE: "jwt",
    AUTH_JWT_ISSUER: issuer,
    AUTH_JWT_AUDIENCE: audience,
    AUTH_JWT_SECRET: secret,
    AMITY_SG_BASE_URL: emulator.url,
    AMITY_SG_API_KEY: emulator.apiKey,
    AMITY_SG_SERVER_KEY: emulator.serverKey,
    CORS_ORIGINS: `http://127.0.0.1:${port},http://localhost:${port}`,
  }),
);

/** What the page may know: the API key is no secret in secure mode. */
const settings = { gateway: gateway.url, amity: emulator.url, apiKey: emulator.apiKey };
const pages = {
  "/": ["text/html; charset=utf-8", await readFile(here("index.html"))],
  "/style.css": ["text/css", await readFile(here("style.css"))],
  "/main.js": ["text/javascript", bundle.outputFiles[0].contents],
  "/settings.json": ["application/json", JSON.stringify(settings)],
};
const policy = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  `connect-src 'self' ${new URL(gateway.url).origin} ${emulator.url}`,
].join("; ");

/** A real backend looks at a password or an identity provider here, and gives tokens that live for minutes. */
async function signIn(request) {
  const { name } = await json(request);
  const displayName = String(name).trim().replace(/\s+/g, " ").normalize();
  // Nothing is left out: names of every script make users of their own.
  const userId = displayName.toLowerCase();
  if (!isUserId(userId)) return undefined;
  const token = await new SignJWT({ sub: userId })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime("8h")
    .sign(Buffer.from(secret));
  return { userId, displayName, token };
}

/** What Amity takes: 1 to 50 characters, none of them a control character. */
function isUserId(text) {
  return text.isWellFormed() && /^\P{Cc}{1,50}$/u.test(text);
}

async function answer(request, response) {
  if (request.method === "POST" && request.url === "/sign-in") {
    const account = await signIn(request);
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    return response.writeHead(account ? 200 : 400, headers).end(JSON.stringify(account ?? {}));
  }
  const [type, content] = pages[request.url] ?? ["text/plain", undefined];
  const headers = { "content-type": type, "content-security-policy": policy, "x-content-type-options": "nosniff" };
  response.writeHead(content ? 200 : 404, headers).end(content);
}

server.on("request", (request, response) => {
  answer(request, response).catch(() => response.writeHead(400).end());
});
process.stdout.write(`Open http://127.0.0.1:${port}/\n`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    server.close();
    server.closeAllConnections();
    await gateway.stop();
    await emulator.close();
  });
}
