// `npm start`, and `npm run cli -- COMMAND`: builds, then runs what was built in this very process, so that signals
// reach it on every system.
import { buildAll } from "./build.mjs";

await buildAll();
await import("../../dist/main.js");
