import { rename, writeFile } from "node:fs/promises";
import { issue } from "../support/certificates.js";
import { bearer, rawCall } from "../support/emulator.js";
import type { Fleet } from "./world.js";

/** In so many requests every gateway has read its files again, and fetched published keys again. */
const patience = 700;

/** Whole at any moment, for a gateway may just start. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** A new server key for EU, a new client certificate for SG, and a new key of the identity provider, all under load. */
export async function rotateAll(fleet: Fleet, turn: number): Promise<void> {
  await Promise.all([
    rotateServerKey(fleet, turn),
    rotateCertificate(fleet, turn),
    fleet.callers.rotate(() => fleet.load.more(patience)),
  ]);
}

/** As docs/operations.md says: the new one as the second first, and never both files at once. */
async function rotateServerKey({ files, eu, load }: Fleet, turn: number): Promise<void> {
  const [former] = eu.taken;
  const next = `canary-server-key-of-turn-${turn}`;
  await replace(files.secondary, next);
  await load.more(patience);
  eu.taken.add(next);
  if (former !== undefined) eu.taken.delete(former);
  await load.more(patience / 3);
  await replace(files.primary, next);
  await load.more(patience);
}

/** A network has two certificates at most. */
async function rotateCertificate({ files, sg, load }: Fleet, turn: number): Promise<void> {
  const { cert, key } = await issue(sg, nameOf(turn));
  await replace(files.key, key);
  await replace(files.cert, cert);
  await load.more(patience);
  await rawCall(sg, `DELETE /__emulator/certificates/${nameOf(turn - 1)}`, { headers: bearer(sg.controlKey) });
}

/** Of a turn's certificate; the first of all is `turn-1`. */
function nameOf(turn: number): string {
  return `turn${turn}`;
}
