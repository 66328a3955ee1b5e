// What is true of the packed files themselves: their form, what npm would publish, and the server as it is run from
// one of them.
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run, startUntil } from "./processes.mjs";
import { check, clientPackage, install, npmEnv, scratch, serverPackage, toolEnv } from "./suite.mjs";

export async function released() {
  await forms();
  await publishing();
  await production();
}

async function forms() {
  const project = await install("tools");
  const options = { cwd: project, env: toolEnv };
  const bin = join(project, "node_modules/.bin");
  for (const [name, packed, profile] of [
    ["amity-graphql", serverPackage, "esm-only"],
    ["amity-graphql-client", clientPackage, "strict"],
  ]) {
    const file = await packed();
    await check(`publint --strict finds nothing in ${name}`, () =>
      run(join(bin, "publint"), ["--strict", file], options),
    );
    await check(`attw --profile ${profile} finds nothing in ${name}`, () =>
      run(join(bin, "attw"), ["--profile", profile, "--no-emoji", file], options),
    );
  }
}

/** The registry is not asked, and nothing is signed: what is left is what npm itself refuses. */
async function publishing() {
  for (const packed of [serverPackage, clientPackage]) {
    const file = await packed();
    await check(`npm publish --dry-run takes ${file.replace(/.*\//, "")}`, () =>
      run("npm", ["publish", "--dry-run", "--access", "public", file], { cwd: scratch, env: npmEnv }),
    );
  }
}

async function contents(project) {
  const names = await readdir(project, { recursive: true });
  await check("the server has its pages, its notices and its versions, and no tests", () => {
    const wanted = ["docs/security.md", "CHANGELOG.md", "dist/explorer/browser/LICENCES.txt", "npm-shrinkwrap.json"];
    const missing = wanted.filter((name) => !names.includes(name));
    const needless = names.filter((name) => /^(?:src|test)\b|^dist\/client\/(?:react|testing|documents)\b/.test(name));
    if (missing.length + needless.length > 0) throw new Error(`missing: ${missing}; needless: ${needless}`);
  });
  await check("its pages link to files that it has", async () => {
    const pages = names.filter((name) => /^(?:README|CHANGELOG|docs\/.*|schema\/.*)(?:\.md)$/.test(name));
    const links = await Promise.all(
      pages.map(async (page) => {
        const prose = (await readFile(join(project, page), "utf8")).replace(/^```.*?^```$/gms, "");
        const targets = [...prose.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target);
        return targets.filter((target) => !target.includes("://")).map((target) => join(dirname(page), target));
      }),
    );
    const dead = links.flat().filter((target) => !names.includes(target.replace(/\/$/, "")));
    if (pages.length < 10 || dead.length > 0) throw new Error(`${pages.length} pages; dead: ${dead.join(", ")}`);
  });
}

/** As docs say it for production. */
async function production() {
  const folder = join(scratch, "production");
  await mkdir(folder);
  await run("tar", ["-xzf", await serverPackage(), "-C", folder], { cwd: scratch, env: toolEnv });
  const project = join(folder, "package");
  await contents(project);
  await check("npm ci --omit=dev installs in the unpacked server", () =>
    run("npm", ["ci", "--omit=dev", "--prefer-offline", "--loglevel=error"], { cwd: project, env: npmEnv }),
  );
  await check("it has the versions that were tested, and those alone", async () => {
    const { packages } = JSON.parse(await readFile(join(project, "npm-shrinkwrap.json"), "utf8"));
    const installed = JSON.parse(await readFile(join(project, "node_modules/.package-lock.json"), "utf8")).packages;
    const wanted = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
    const different = wanted.filter(
      ([path, { version, optional }]) => !optional && installed[path]?.version !== version,
    );
    if (different.length > 0) throw new Error(`not as tested: ${different.map(([path]) => path).join(", ")}`);
    const more = Object.keys(installed).filter((path) => packages[path] === undefined || packages[path].dev);
    if (more.length > 0) throw new Error(`not wanted: ${more.join(", ")}`);
  });
  await check("it starts", () =>
    startUntil(/^Listening on (\S+)$/m, "node", ["dist/main.js", "start"], {
      cwd: project,
      env: { ...toolEnv, PORT: "0" },
    }),
  );
}
