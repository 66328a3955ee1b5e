import { ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import introspection from "amity-graphql/introspection.json" with { type: "json" };
import { checkAuthToken, checkRefusal, checkRegions, checkSession } from "./answers.js";
import { ask, GatewayError } from "./gateway.js";
import { CreateSessionDocument, FetchAuthTokenDocument, RegionsDocument } from "./generated/graphql.js";

const { regions } = await ask(RegionsDocument, {});
checkRegions(regions);

const { authToken } = await ask(FetchAuthTokenDocument, {});
checkAuthToken(authToken);

const input = {
  deviceId: "codegen",
  displayName: "Cody",
  deviceInfo: { kind: "NODE" },
  authToken: authToken.token,
} as const;
const { createSession } = await ask(CreateSessionDocument, { input });
checkSession(createSession);

await checkRefusal(
  () => ask(FetchAuthTokenDocument, { userId: "somebody-else" }),
  (error) => error instanceof GatewayError && error.code,
);

// @ts-expect-error what the schema does not have is found when it is compiled
authToken.nonsense;

// The other files that the package ships for tools.
ok(introspection.__schema.types.some(({ name }) => name === "AuthToken"));
const sdl = await readFile(new URL(import.meta.resolve("amity-graphql/schema.graphql")), "utf8");
ok(sdl.includes("type AuthToken {"));
