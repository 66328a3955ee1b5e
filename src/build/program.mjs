// The command line's program in few files. Node.js takes half a millisecond to find, open and link a module, and the
// server alone has two hundred of ours. Packages stay where they are installed.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";

/**
 * Gives the files of the program as esbuild gives them, `path` and `contents`: dist/main.js, which is one file, and in
 * dist/program its commands with what they share. `sources`, `output`: the folders src and dist.
 */
export async function buildProgram(options, sources, output) {
  const common = { ...options, bundle: true, packages: "external" };
  const commands = [];
  const main = await build({
    ...common,
    entryPoints: [join(sources, "main.ts")],
    outdir: output,
    plugins: [places(sources, output, output), commandsApart(sources, commands)],
  });
  const folder = join(output, "program");
  const program = await build({
    ...common,
    entryPoints: commands,
    outdir: folder,
    entryNames: "[name]",
    splitting: true,
    plugins: [places(sources, output, folder)],
  });
  return [...main.outputFiles, ...program.outputFiles];
}

/** A module finds the files that belong to it from its own place in dist/, wherever in `folder` its code has gone. */
function places(sources, output, folder) {
  return {
    name: "places",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const place = relative(folder, join(output, relative(sources, path)));
        const here = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
        return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", here), loader: "ts" };
      });
    },
  };
}

/** Leaves out the commands, which are loaded when they are asked for, and adds them to `commands`. */
function commandsApart(sources, commands) {
  return {
    name: "commands",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/cli\// }, ({ kind, path }) => {
        if (kind !== "dynamic-import") return undefined;
        commands.push(join(sources, path.replace(/\.js$/, ".ts")));
        return { path: path.replace("./cli/", "./program/"), external: true };
      });
    },
  };
}
