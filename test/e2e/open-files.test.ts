import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { shellCommand } from "../support/process.js";

const body = JSON.stringify({ query: '{ authToken(userId: "a") { userId } }' });

test("128 open files are enough to outlive 250 connections", async () => {
  const running = shellCommand('ulimit -n 128; exec "$@"', ["start"], { PORT: "0" });
  const url = await running.printed(/^Listening on (\S+)$/m);
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  while (sockets.length < 250) {
    const socket = connect(Number(port), hostname).on("error", () => {});
    await once(socket, "connect");
    sockets.push(socket);
  }
  for (let i = 0; i < 20; i++) {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(await answer.json()).toEqual({ data: { authToken: { userId: "a" } } });
  }
  running.child.kill("SIGTERM");
  expect(await running.finished).toMatchObject({ code: 0, stderr: "" });
  for (const socket of sockets) socket.destroy();
});

test.each([24, 48, 64])("%i open files are too few, in a sentence", async (most) => {
  const { code, stdout, stderr } = await shellCommand(`ulimit -n ${most}; exec "$@"`, ["start"]).finished;
  expect([code, stdout, stderr]).toEqual([
    1,
    "",
    `amity-graphql cannot run: it may open only ${most} files at once; raise that, as by ulimit -n 1024\n`,
  ]);
});
