import { open, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs, types } from "node:util";
import { createKeyPair, isKeyType, type KeyType, keyTypes, privateKeyPem } from "../x509/keys.js";
import { createCertificateRequest } from "../x509/request.js";
import { exitCodes } from "./exit-codes.js";
import { usage } from "./usage.js";

/** The longest name of a certificate in Amity's console, in characters (docs.social.plus Security page). */
const maxNameLength = 30;

const help = `Usage: amity-graphql csr --name NAME [options]

Makes a private key and the certificate signing request (CSR) that Amity's console asks for to switch mutual TLS on.

  --name NAME       what the certificate is for: 1 to ${maxNameLength} characters; the request's common name
  --key-type TYPE   rsa-2048, rsa-3072 or ec-p256 (default rsa-2048)
  --out DIR         directory for the two files (default the current one)
  -h, --help        print this text

The files are NAME.key.pem, readable by you alone, and NAME.csr.pem. Files that exist are never overwritten.
`;

const options = {
  name: { type: "string" },
  "key-type": { type: "string", default: "rsa-2048" },
  out: { type: "string", default: "." },
  help: { type: "boolean", short: "h" },
} as const;

interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Gives the exit code: 0, 1 when a file exists or cannot be written, or 64 for a wrong command line. */
export async function csrCommand(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const { name, "key-type": keyType, out } = values;
  if (name === undefined || !isCertificateName(name)) {
    return usage(`csr needs --name with 1 to ${maxNameLength} characters, none of them a control`, "csr");
  }
  if (!isKeyType(keyType)) return usage(`--key-type must be one of ${keyTypes.join(", ")}`, "csr");
  const { key, csr } = await createFiles(name, keyType, resolve(out));
  const problem = await writeNew([key, csr]);
  if (problem !== undefined) {
    process.stderr.write(`amity-graphql: ${problem}\n`);
    return exitCodes.failure;
  }
  process.stdout.write(nextSteps(key.path, csr.path));
  return exitCodes.ok;
}

async function createFiles(name: string, keyType: KeyType, directory: string): Promise<{ key: NewFile; csr: NewFile }> {
  const keys = await createKeyPair(keyType);
  const stem = join(directory, fileName(name));
  return {
    key: { path: `${stem}.key.pem`, text: privateKeyPem(keys), mode: 0o600 },
    csr: { path: `${stem}.csr.pem`, text: await createCertificateRequest(name, keys), mode: 0o644 },
  };
}

function isCertificateName(name: string): boolean {
  const length = [...name].length;
  return length >= 1 && length <= maxNameLength && name.isWellFormed() && !/\p{Cc}/u.test(name);
}

/** A name may hold slashes, and one that began with a dot or a dash would be a trap in a shell. */
function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[.-]/, "_");
}

/** Writes files that must not exist, all or none. Gives the problem, if there is one. */
async function writeNew(files: readonly NewFile[]): Promise<string | undefined> {
  const made: string[] = [];
  let current = "";
  try {
    for (const { path, text, mode } of files) {
      current = path;
      const file = await open(path, "wx", mode);
      made.push(path);
      await file.writeFile(text).finally(() => file.close());
    }
    return undefined;
  } catch (error) {
    await Promise.all(made.map((path) => rm(path, { force: true })));
    const code = types.isNativeError(error) && "code" in error ? error.code : undefined;
    return code === "EEXIST" ? `${current} exists; nothing was written` : `cannot write ${current} (${code})`;
  }
}

function nextSteps(keyPath: string, csrPath: string): string {
  return `Private key:                 ${keyPath}
Certificate signing request: ${csrPath}

1. In Amity's console, under the security settings (secure mode on), create a certificate:
   the same name, and the text of the certificate signing request. The private key stays here.
2. Save the certificate that Amity issues, and give the gateway both files:
   AMITY_MTLS_CERT_FILE=<path of the issued certificate>
   AMITY_MTLS_KEY_FILE=${keyPath}
3. Switch mutual TLS on in the console only after that.
`;
}
