import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { closedPort } from "../support/sockets.js";
import { isServer, Terminals } from "../support/terminal.js";
import { changed, type Step, type StepOf } from "./steps.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const packages = "node_modules";

/** A copy of the checkout, as it is now, to try recipes in. What tools keep in node_modules/.cache is its own. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), "amity-graphql-recipe-"));

  constructor() {
    mkdirSync(join(this.folder, packages));
    for (const name of readdirSync(root + packages)) {
      if (name !== ".cache") symlinkSync(join(root, packages, name), join(this.folder, packages, name));
    }
  }

  /** Undoes all that was done in it. */
  reset(): void {
    for (const name of readdirSync(this.folder)) {
      if (name !== packages) rmSync(join(this.folder, name), { recursive: true });
    }
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
    const names = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0");
    for (const name of names.filter(Boolean)) cpSync(join(root, name), join(this.folder, name));
  }

  /** Does what a page says. Throws at the first step that does not do as the page says. */
  async follow(steps: readonly Step[]): Promise<void> {
    const terminals = new Terminals(this.folder, { 4000: await closedPort(), 4100: await closedPort() });
    let printed = "";
    try {
      for (const step of steps) {
        if (step.kind === "change") this.#change(step);
        else if (step.kind === "file") this.#create(step);
        else if (step.kind === "printed") check(step, printed);
        else if (isServer(step.text)) await terminals.serve(step.text);
        else printed = await run(terminals, step.text);
      }
    } finally {
      await terminals.close();
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #change({ path, hunks }: StepOf<"change">): void {
    const name = join(this.folder, path);
    writeFileSync(
      name,
      hunks.reduce((text, hunk) => changed(path, text, hunk), readFileSync(name, "utf8")),
    );
  }

  #create({ path, text }: StepOf<"file">): void {
    const name = join(this.folder, path);
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, text, { flag: "wx" });
  }
}

async function run(terminals: Terminals, text: string): Promise<string> {
  const { code, stdout, stderr } = await terminals.run(text);
  if (code !== 0) throw new Error(`ended with ${code}: ${text}\n${stdout}${stderr}`);
  return stdout + stderr;
}

function check({ json, text }: StepOf<"printed">, printed: string): void {
  const isSame = json
    ? isDeepStrictEqual(JSON.parse(printed), JSON.parse(text))
    : text.split("\n").every((line) => printed.includes(line));
  if (!isSame) throw new Error(`the page shows:\n${text}\nprinted was:\n${printed}`);
}
