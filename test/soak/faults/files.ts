import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createApiKey } from "../../../src/caller/api-keys.js";
import { issue, lives } from "../../support/certificates.js";
import { rawCall } from "../../support/emulator.js";
import { says } from "../log.js";
import type { Files, World } from "../world.js";
import type { End, Fault, Lane } from "./fault.js";

const taken = "changed files were taken";

/** The file is changed, and then as it was. */
async function changed(path: string, change: () => Promise<unknown>): Promise<End> {
  const text = await readFile(path);
  await change();
  return async () => {
    await rm(path, { recursive: true, force: true });
    await writeFile(path, text);
  };
}

/** Changes of the service keys' file that are no use, and why. */
const rubbish: readonly (readonly [name: string, change: (path: string) => Promise<unknown>, reason: string])[] = [
  ["holds rubbish", (path) => writeFile(path, "rubbish"), "not a list of keys"],
  ["is cut off", (path) => writeFile(path, '[{"id":"backend","sha2'), "not a list of keys"],
  ["holds an entry that is no key", (path) => writeFile(path, '[{"id":"backend"}]'), "not a list of keys"],
  ["is gone", (path) => rm(path), "ENOENT"],
  [
    "is a folder",
    async (path) => {
      await rm(path);
      await mkdir(path);
    },
    "not a regular file",
  ],
];

function serviceKeys({ files, gateway, serviceKeys: first }: World): readonly Fault[] {
  const path = files.serviceKeys;
  const name = "AUTH_API_KEYS_FILE";
  const spoiled = rubbish.map(
    ([what, change, reason]): Fault => ({
      name: `the service keys' file ${what}`,
      begin: () => changed(path, () => change(path)),
      named: says({ name, reason }),
    }),
  );
  const replaced: Fault = {
    name: "service keys are replaced",
    async begin() {
      const { entry } = createApiKey({ id: "another", scopes: [] });
      const end = await changed(path, () => writeFile(path, JSON.stringify([...first, entry])));
      gateway.hangUp();
      return end;
    },
    named: says({ name, msg: taken }),
  };
  return [...spoiled, replaced];
}

/** Changes of the client certificate's files that are no use, and why. */
function pairs({ files, authority }: World): readonly Fault[] {
  const wrong: readonly (readonly [name: string, file: keyof Files, text: () => Promise<string>, reason: string])[] = [
    ["certificate is cut off", "cert", async () => "-----BEGIN CERTIFICATE-----\nMII", "not a certificate"],
    ["key is rubbish", "key", async () => "rubbish", "not a private key"],
    ["key is another one's", "key", async () => (await authority.client()).key, "another key"],
  ];
  return [
    ...wrong.map(
      ([what, file, text, reason]): Fault => ({
        name: `the client certificate: its ${what}`,
        begin: () => changed(files[file], async () => writeFile(files[file], await text())),
        named: says({ name: /MTLS/, reason }),
      }),
    ),
    {
      name: "the client certificate: the new one has expired",
      async begin() {
        const { cert, key } = await authority.client("gateway", lives.expired);
        const ends = [
          await changed(files.cert, () => writeFile(files.cert, cert)),
          await changed(files.key, () => writeFile(files.key, key)),
        ];
        return async () => {
          for (const end of ends) await end();
        };
      },
      named: says({ name: /MTLS/, reason: "expired certificate" }),
    },
  ];
}

/** Amity's console gives a new certificate, and the one before is disabled: after the change, or too early. */
function rotations(world: World): readonly Fault[] {
  const { emulator, files } = world;
  let number = 0;
  let current = "first";
  const headers = { authorization: `Bearer ${emulator.controlKey}` };
  const disable = () => rawCall(emulator, `DELETE /__emulator/certificates/${current}`, { headers });
  const renew = async () => {
    const name = `gateway-${++number}`;
    const { cert, key } = await issue(emulator, name);
    await writeFile(files.key, key);
    await writeFile(files.cert, cert);
    return name;
  };
  return [
    {
      name: "the client certificate is renewed",
      async begin() {
        const next = await renew();
        return async () => {
          await disable();
          current = next;
        };
      },
      named: says({ name: /MTLS/, msg: taken }),
    },
    {
      name: "the client certificate is disabled too early",
      async begin() {
        await disable();
        return async () => {
          current = await renew();
        };
      },
      named: says({ region: "SG", reason: /ECONNRESET|client certificate refused/, phase: "request" }),
    },
  ];
}

/** Files change under the process, for better or worse. */
export const files: Lane = {
  faults: (world) => [
    ...serviceKeys(world),
    ...pairs(world),
    ...rotations(world),
    {
      name: "SIGHUP without a change",
      begin() {
        world.gateway.hangUp();
        return () => {};
      },
    },
  ],
};
