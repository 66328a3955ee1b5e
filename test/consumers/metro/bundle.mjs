// Bundles as a React Native app's build does, with and without the package's `exports`, and runs what comes out where
// there is nothing of Node's.
import { equal, match } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createContext, runInContext } from "node:vm";
import Metro from "metro";

const { GATEWAY, APP_TOKEN, USER_ID } = process.env;

for (const unstableEnablePackageExports of [true, false]) {
  const config = await Metro.loadConfig(
    {},
    {
      projectRoot: process.cwd(),
      reporter: { update() {} },
      resolver: {
        unstable_enablePackageExports: unstableEnablePackageExports,
        resolverMainFields: ["react-native", "browser", "main"],
        useWatchman: false,
      },
      maxWorkers: 1,
      cacheStores: [],
    },
  );
  const out = `bundle-${unstableEnablePackageExports}.js`;
  await Metro.runBuild(config, { entry: "src/main.js", out, platform: "ios", minify: false, dev: false });
  const world = createContext({ fetch, setTimeout, clearTimeout, AbortController, console });
  runInContext(await readFile(out, "utf8"), world);
  const { createAmityAuth, RegionsSource, AmityAuthProvider } = runInContext("globalThis.app", world);
  const auth = createAmityAuth({ endpoint: GATEWAY, getCredentials: () => `Bearer ${APP_TOKEN}` });
  equal((await auth.getAuthToken()).userId, USER_ID);
  match(RegionsSource, /^query/);
  equal(typeof AmityAuthProvider, "function");
}
process.exit(0);
