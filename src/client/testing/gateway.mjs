// The process behind `startTestGateway`. Reads its options as one line of JSON, writes where it answers as another, and
// ends when its input does: whoever started it has gone then.
import { once } from "node:events";
import { createInterface } from "node:readline";

const input = createInterface({ input: process.stdin });
const gone = once(input, "close");
const [line] = await once(input, "line");
const tell = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
try {
  const { loadConfig, silentLogger, startGateway } = await import("amity-graphql");
  const { startEmulator } = await import("amity-graphql/emulator");
  const { env, emulator: options } = JSON.parse(line);
  const withVisitors = env.VISITORS === "on";
  const emulator = await startEmulator({ secureVisitorMode: withVisitors, ...options });
  try {
    const { config, problems } = loadConfig({ ...settingsFor(emulator, withVisitors), ...env });
    if (!config) throw new Error(problems.join("; "));
    const gateway = await startGateway(config, { logger: silentLogger });
    const { url, apiKey, serverKey, adminToken } = emulator;
    tell({ endpoint: gateway.url, emulator: { url, apiKey, serverKey, adminToken } });
    await gone;
    await gateway.stop();
  } finally {
    await emulator.close();
  }
} catch (error) {
  tell({ problem: textOf(error) });
}

function settingsFor({ url, apiKey, serverKey, adminToken, visitorSecret }, withVisitors) {
  return {
    AMITY_SG_BASE_URL: url,
    AMITY_SG_API_KEY: apiKey,
    AMITY_SG_SERVER_KEY: serverKey,
    AMITY_SG_ADMIN_TOKEN: adminToken,
    ...(withVisitors && { AMITY_SG_VISITOR_SECRET: visitorSecret }),
  };
}

function textOf(error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND") return error.message;
  return "amity-graphql-client/testing needs the package amity-graphql installed beside it";
}
