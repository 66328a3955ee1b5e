// `npm run pack:client`: makes the package amity-graphql-client from src/client, as a file in the current folder. Each
// entry is built as an ES module and as CommonJS, with type declarations for both.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, stop, transform } from "esbuild";
import ts from "typescript";
import { clientManifest } from "./client-manifest.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = join(root, "src/client");
const entries = {
  index: join(sources, "index.ts"),
  documents: join(sources, "documents/index.ts"),
  react: join(sources, "react/index.ts"),
  testing: join(sources, "testing/index.ts"),
};

/** Writes the package's files into an empty folder. */
export async function writeClientPackage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(entries)) {
    writeFileSync(join(folder, `${name}.mjs`), await asModule(name, source, {}));
    // A file's own place is named in another way in CommonJS.
    const text = await asModule(name, source, { "import.meta.url": "__filename" });
    writeFileSync(join(folder, `${name}.js`), await asCommonJs(name, text));
  }
  await stop();
  writeDeclarations(join(folder, "types"));
  cpSync(join(sources, "testing/gateway.mjs"), join(folder, "testing-gateway.mjs"));
  cpSync(join(sources, "README.md"), join(folder, "README.md"));
  for (const name of ["LICENSE", "CHANGELOG.md"]) cpSync(join(root, name), join(folder, name));
  const manifest = clientManifest(JSON.parse(readFileSync(join(root, "package.json"), "utf8")), Object.keys(entries));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The main entry is as small as it can be as it lies there; the others are for reading too. */
const isMinified = (name) => name === "index";

async function asModule(name, source, define) {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    format: "esm",
    minify: isMinified(name),
    platform: name === "testing" ? "node" : "neutral",
    target: "es2022",
    external: ["react"],
    define,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

/** By TypeScript, whose exports are 170 bytes less than esbuild's when they are compressed. */
async function asCommonJs(name, text) {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: "es2022" };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  return isMinified(name) ? (await transform(outputText, { minify: true, format: "cjs" })).code : outputText;
}

/** TypeScript takes `.d.ts` here for CommonJS, and wants the imports of an ES module's declarations as such. */
function writeDeclarations(folder) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.build.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const ambient = join(sources, "react/react.d.ts");
  const program = ts.createProgram([...Object.values(entries), ambient], {
    ...options,
    rootDir: sources,
    outDir: folder,
  });
  const problems = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, ts.createCompilerHost(options)));
  for (const name of readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(".d.ts"))) {
    const path = join(folder, name);
    const text = readFileSync(path, "utf8").replace(/^(?=import .* from "graphql";$)/m, withoutGraphql);
    writeFileSync(path, text);
    writeFileSync(
      path.replace(/\.d\.ts$/, ".d.mts"),
      text.replace(/(from "\.[^"]*|import\("\.[^"]*)\.js"/g, '$1.mjs"'),
    );
  }
}

const withoutGraphql = "// @ts-ignore Whoever has no package graphql uses the texts alone.\n";

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, "node_modules/.cache/amity-graphql-client");
  await writeClientPackage(folder);
  execFileSync("npm", ["pack", folder, ...process.argv.slice(2)], { stdio: "inherit" });
}
