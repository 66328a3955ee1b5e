import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { addedBy, readEnvFile } from "../../../src/config/env-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Buffer) {
  const path = join(folder, ".env");
  await writeFile(path, content);
  return readEnvFile(path);
}

const setting = "NODE_ENV=production\nPORT=1\n";
const utf16 = Buffer.from(setting, "utf16le");

describe("a .env", () => {
  test.each([
    ["a byte order mark", `\uFEFF${setting}`],
    ["line ends of Windows", setting.replaceAll("\n", "\r\n")],
    ["half of them", setting.replaceAll("\n", "\r")],
    ["comments and empty lines", `# it's "open\n\n${setting}  # more = '\n`],
    ["export", setting.trim().replace(/^/gm, "export ")],
    ["blanks around", " NODE_ENV = production \n\tPORT= 1 # one"],
    ["quotes", "NODE_ENV='production'\nPORT=`1`"],
  ])("with %s gives its settings", async (_what, text) => {
    expect(await read(text)).toEqual({ settings: { NODE_ENV: "production", PORT: "1" } });
  });

  test("may hold PEM over several lines", async () => {
    const pem = "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----";
    expect(await read(`KEY="${pem}"\r\nPORT=1`)).toEqual({ settings: { KEY: pem, PORT: "1" } });
  });

  test.each([
    ["UTF-16 of Windows", Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
    ["UTF-16 without a mark", utf16],
    ["the other UTF-16", Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()])],
    ["the other UTF-16 without a mark", Buffer.from(utf16).swap16()],
    ["Latin-1", Buffer.from(`${setting}KEY=é`, "latin1")],
    ["NUL bytes", Buffer.from(`${setting}KEY=\0`)],
  ])("in %s is refused", async (_what, content) => {
    expect(await read(content)).toEqual({ problem: "is not UTF-8" });
  });

  test.each([
    ["NODE_ENV: production\nPORT=1", 1],
    ["PORT=1\n\nNODE_ENV production\n", 3],
    ["PORT=1\r\n# x\r\nNODE_ENV\r\nHOST=a", 3],
    ["set NODE_ENV=production", 1],
    ["PORT='1\nHOST'=a\n=b", 3],
    ['{"NODE_ENV":"production"}', 1],
  ])("%j is refused by its line, for Node would lose settings", async (text, line) => {
    expect(await read(text)).toEqual({ problem: `has no NAME=value in line ${line}` });
  });

  test("need not be there", () => {
    expect(readEnvFile(join(folder, "none"))).toEqual({ settings: {} });
  });

  test("that is a folder is refused by its cause", () => {
    expect(readEnvFile(folder)).toEqual({ problem: "is a folder (EISDIR)" });
  });
});

describe("what a file adds", () => {
  test("stands under the environment", () => {
    expect(addedBy({ settings: { PORT: "1", HOST: "a" } }, { PORT: "2" })).toEqual({ settings: { HOST: "a" } });
  });

  test.each(["NODE_DEBUG", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"])("is not %s, which Node has read before", (name) => {
    const problem = `has ${name}, which Node takes from the environment alone: set it there`;
    expect(addedBy({ settings: { [name]: "x" } }, {})).toEqual({ problem });
    expect(addedBy({ settings: { [name]: "x" } }, { [name]: "x" })).toEqual({ settings: {} });
  });
});
