import { createPrivateKey } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { csrCommand } from "../../src/cli/csr.js";
import { readCertificateRequest } from "../../src/x509/request.js";

const written = { stdout: "", stderr: "" };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "csr-"));
  for (const name of ["stdout", "stderr"] as const) {
    written[name] = "";
    jest.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    });
  }
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(directory, { recursive: true, force: true });
});

function csr(name: string, ...more: string[]): Promise<number> {
  return csrCommand([`--name=${name}`, "--out", directory, "--key-type", "ec-p256", ...more]);
}

describe("amity-graphql csr", () => {
  test("makes an RSA 2048 key and a request that it signed", async () => {
    expect(await csrCommand(["--name", "gateway", "--out", directory])).toBe(0);
    const key = await readFile(join(directory, "gateway.key.pem"), "utf8");
    const request = await readCertificateRequest(await readFile(join(directory, "gateway.csr.pem"), "utf8"));
    expect(createPrivateKey(key).asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
    expect(request?.subjectName.toJSON()).toEqual([{ CN: ["gateway"] }]);
  });

  test("says where the files are and what to do next, and shows no key", async () => {
    await csr("gateway");
    expect(written.stdout).toContain(join(directory, "gateway.csr.pem"));
    expect(written.stdout).toContain(`AMITY_MTLS_KEY_FILE=${join(directory, "gateway.key.pem")}`);
    expect(written.stdout).toContain("AMITY_MTLS_CERT_FILE=");
    expect(written.stdout + written.stderr).not.toContain("-----BEGIN");
  });

  test("keeps the key from everybody else", async () => {
    await csr("gateway");
    expect((await stat(join(directory, "gateway.key.pem"))).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["../../etc/passwd", "_._.._etc_passwd"],
    ["..", "_."],
    ["-rf", "_rf"],
    ['my "svc", x=1', "my_svc_x_1"],
    ["日本", "_"],
  ])("the files of the name %j stay in the directory", async (name, stem) => {
    expect(await csr(name)).toBe(0);
    expect((await readdir(directory)).sort()).toEqual([`${stem}.csr.pem`, `${stem}.key.pem`]);
  });

  test.each(["gateway.key.pem", "gateway.csr.pem"])("never overwrites %s, and leaves nothing behind", async (name) => {
    await writeFile(join(directory, name), "precious");
    expect(await csr("gateway")).toBe(1);
    expect(await readdir(directory)).toEqual([name]);
    expect(await readFile(join(directory, name), "utf8")).toBe("precious");
    expect(written.stderr).toBe(`amity-graphql: ${join(directory, name)} exists; nothing was written\n`);
  });

  test("a directory that is not there is exit code 1", async () => {
    expect(await csr("gateway", "--out", join(directory, "nowhere"))).toBe(1);
    expect(written.stderr).toMatch(/^amity-graphql: cannot write \S+ \(ENOENT\)\n$/);
  });

  test.each([[""], ["x".repeat(31)], ["two\nlines"], ["nul\0"], ["\u0085"], ["\ud800"]])(
    "the name %j is wrong: 64",
    async (name) => {
      expect(await csr(name)).toBe(64);
      expect(await readdir(directory)).toEqual([]);
    },
  );

  test("a name is as long as its characters", async () => {
    expect(await csr("😀".repeat(30))).toBe(0);
  });

  test("a missing name and an unknown kind of key are 64", async () => {
    expect(await csrCommand([])).toBe(64);
    expect(await csr("gateway", "--key-type", "dsa")).toBe(64);
    expect(written.stderr).toContain("rsa-2048, rsa-3072, ec-p256");
  });

  test("--help tells about it", async () => {
    expect(await csrCommand(["--help"])).toBe(0);
    expect(written.stdout).toContain("--key-type");
  });
});
