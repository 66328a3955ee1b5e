import { loadConfig, startGateway } from "../dist/app.js";

/** A gateway in a process of its own. It tells its parent its URL, and its CPU time whenever it is asked. */

const { config, problems } = loadConfig(process.env);
if (!config) throw new Error(problems.join("; "));
const { url } = await startGateway(config);
process.on("message", () => process.send(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send({ url });
