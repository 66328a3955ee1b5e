import { loadConfig, silentLogger, startGateway } from "../../dist/app.js";

/** A gateway in a process of its own. It tells its parent its URL, and its CPU time whenever it is asked. */

const { url } = await startGateway(loadConfig(process.env), { logger: silentLogger });
process.on("message", () => process.send(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send({ url });
