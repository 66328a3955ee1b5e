// The projects that use amity-graphql-client by one tool each.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { run } from "./processes.mjs";
import { appEnv, check, clientPackage, compileAndRun, install, runInApp, serverPackage, toolEnv } from "./suite.mjs";

async function commonjs() {
  const project = await install("commonjs", clientPackage);
  await compileAndRun("commonjs", project);
  const options = { cwd: project, env: toolEnv };
  await check("commonjs compiles with moduleResolution node", () =>
    run("node_modules/.bin/tsc", ["-p", "tsconfig.classic.json"], options),
  );
  await runInApp("commonjs", project, "runs what that made", "node", ["dist-classic/main.js"]);
  await check("commonjs compiles without the package graphql", async () => {
    await rm(join(project, "node_modules/graphql"), { recursive: true });
    const source = `import { FetchAuthTokenSource } from "amity-graphql-client/documents";\nconst text: string = FetchAuthTokenSource;\nexport { text };\n`;
    await writeFile(join(project, "src/main.ts"), source);
    await run("node_modules/.bin/tsc", [], options);
  });
}

async function jest() {
  const project = await install("jest", serverPackage, clientPackage);
  const options = { cwd: project, env: toolEnv };
  await check("jest runs without configuration, and ends", () =>
    run("node_modules/.bin/jest", ["--testPathIgnorePatterns", "sdk"], options),
  );
  // The SDK's timers go on, and would keep Jest from ending.
  await check("jest runs with Amity's SDK 6", () => run("node_modules/.bin/jest", ["sdk", "--forceExit"], options));
}

async function vitest() {
  const project = await install("vitest", serverPackage, clientPackage);
  const options = { cwd: project, env: toolEnv };
  await check("vitest and React compile", () => run("node_modules/.bin/tsc", [], options));
  await check("vitest and React run", () => run("node_modules/.bin/vitest", ["run"], options));
}

async function bundlers() {
  const project = await install("bundlers", clientPackage);
  const args = [
    "src/main.ts",
    "--bundle",
    "--minify",
    "--format=esm",
    "--platform=node",
    "--outfile=dist-esbuild/main.mjs",
  ];
  const options = { cwd: project, env: toolEnv };
  await check("esbuild bundles", () => run("node_modules/.bin/esbuild", [...args, "--log-level=warning"], options));
  await runInApp("esbuild", project, "gets its answers", "node", ["dist-esbuild/main.mjs"]);
  await check("Vite bundles", () => run("node_modules/.bin/vite", ["build"], options));
  const [built] = await readdir(join(project, "dist-vite"));
  await runInApp("Vite", project, "gets its answers", "node", [join("dist-vite", built)]);
  for (const path of ["dist-esbuild/main.mjs", join("dist-vite", built)]) {
    await check(`${path} holds no operation that is not used`, async () => {
      const text = await readFile(join(project, path), "utf8");
      const bytes = gzipSync(text).length;
      if (/revokeSession|lastCachePurge/.test(text)) throw new Error("it holds others");
      if (bytes > 5_500) throw new Error(`it has ${bytes} bytes`);
    });
  }
}

async function graphqlRequest() {
  await compileAndRun("graphql-request", await install("graphql-request", clientPackage));
}

async function metro() {
  const project = await install("metro", clientPackage);
  await runInApp("metro", project, "bundles and gets its answers", "node", ["bundle.mjs"]);
}

/** Relay wants each operation named after its file. */
async function relay() {
  const project = await install("relay", serverPackage);
  const operations = join(project, "node_modules/amity-graphql/schema/operations");
  await check("relay compiles every operation", async () => {
    const names = await readdir(operations);
    const calls = await Promise.all(
      names.map(async (name, index) => {
        const text = await readFile(join(operations, name), "utf8");
        const module = `operation${index}`;
        const renamed = text
          .replace(
            /^(query|mutation) (\w+)/m,
            (_all, kind) => `${kind} ${module}${kind === "query" ? "Query" : "Mutation"}`,
          )
          .replace(/(fragment |\.\.\.)(\w+)/g, (_all, before, fragment) => `${before}${module}_${fragment}`)
          .replace(/^#.*\n/gm, "");
        return [join(project, "src", `${module}.ts`), renamed.split(/^(?=fragment )/m)];
      }),
    );
    for (const [path, definitions] of calls) {
      const tagged = definitions.map((definition) => `graphql\`${definition}\`;`);
      await writeFile(path, `import { graphql } from "relay-runtime";\n${tagged.join("\n")}\n`);
    }
    await run("node_modules/.bin/relay-compiler", ["relay.config.json"], { cwd: project, env: toolEnv });
    const made = await readdir(join(project, "src/__generated__"));
    const artifacts = made.filter((name) => /(?:Query|Mutation)\.graphql\.ts$/.test(name));
    if (artifacts.length !== names.length) throw new Error(`${artifacts.length} of ${names.length}`);
  });
}

async function runtimes() {
  const project = await install("runtimes", clientPackage);
  // Scripts of packages are not run here, and these two get their programs by one.
  for (const name of ["bun", "deno"]) {
    await check(`${name} installs its program`, () =>
      run("npm", ["rebuild", name, "--loglevel=error"], { cwd: project, env: toolEnv }),
    );
  }
  const { GATEWAY } = await appEnv("runtimes");
  const deno = [
    "run",
    "--no-remote",
    "--node-modules-dir=manual",
    "--allow-env",
    `--allow-net=${new URL(GATEWAY).host}`,
  ];
  await runInApp("bun", project, "gets its answers", "node_modules/.bin/bun", ["src/main.mjs"]);
  await runInApp("deno", project, "gets its answers", "node_modules/.bin/deno", [...deno, "src/main.mjs"]);
}

export const apps = { vitest, jest, commonjs, metro, bundlers, runtimes, "graphql-request": graphqlRequest, relay };
