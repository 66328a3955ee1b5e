import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CertificateAuthority } from "../../dist/x509/authority.js";
import { createKeyPair, privateKeyPem } from "../../dist/x509/keys.js";

/**
 * Starts the scripted Amity. `urls`: EU answers at once, US after 20 ms, SG at once over TLS, which `caFile` (written
 * into `folder`) verifies. `calls()`: how many it has answered.
 */
export async function startUpstream(folder) {
  const authority = await CertificateAuthority.create("bench");
  const keys = await createKeyPair("ec-p256");
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, authority.certificate);
  const child = fork(fileURLToPath(new URL("server.mjs", import.meta.url)));
  let isStopping = false;
  child.once("exit", () => {
    if (!isStopping) throw new Error("the scripted Amity ended by itself");
  });
  const ask = async (question) => {
    child.send(question);
    return (await once(child, "message"))[0];
  };
  const tls = { key: privateKeyPem(keys), cert: await authority.issueServer(["127.0.0.1"], keys) };
  const { urls } = await ask({ ask: "listen", tls });
  return {
    urls,
    caFile,
    calls: async () => (await ask({ ask: "calls" })).calls,
    stop() {
      isStopping = true;
      child.disconnect();
    },
  };
}
