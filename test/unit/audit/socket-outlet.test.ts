import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { SocketOutlet } from "../../../src/audit/socket-outlet.js";

/** Somebody who listens and reads nothing; gives what ends him. */
async function frozenAt(path: string): Promise<() => Promise<unknown>> {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket)).listen(path);
  await once(server, "listening");
  return () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
}

test("a listener that reads nothing is left for another", async () => {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  const path = join(folder, "socket");
  const endOld = await frozenAt(path);
  const outlet = new SocketOutlet(path);
  await outlet.open();
  const written = outlet.write(Buffer.alloc(10_000_000)).catch((error) => error);
  expect(await outlet.look()).toBeUndefined();
  await rm(path);
  expect(await outlet.look()).toBeUndefined();
  const endOther = await frozenAt(path);
  expect(await outlet.look()).toBe("is another file now");
  outlet.breakOff();
  expect(await written).toMatchObject({ written: undefined, cause: { reason: "nobody reads" } });
  await outlet.open();
  await outlet.write(Buffer.from("next\n"));
  expect(await outlet.look()).toBeUndefined();
  await outlet.close();
  await Promise.all([endOld(), endOther()]);
  await rm(folder, { recursive: true });
});
