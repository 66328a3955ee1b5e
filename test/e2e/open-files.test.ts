import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { regionAt } from "../support/gateway.js";
import { shellCommand } from "../support/process.js";
import { withUpstream } from "../support/upstream.js";

async function ask(url: string, query: string) {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).json();
}

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
    expect(await ask(url, '{ authToken(userId: "a") { userId } }')).toEqual({ data: { authToken: { userId: "a" } } });
  }
  running.child.kill("SIGTERM");
  expect(await running.finished).toMatchObject({ code: 0, stderr: "" });
  for (const socket of sockets) socket.destroy();
});

test("too few files for all calls speak against no region", async () => {
  const held: ServerResponse[] = [];
  let isOver = false;
  const answer = (response: ServerResponse) => (isOver ? response.end('"token"') : held.push(response));
  await withUpstream(answer, async (upstream) => {
    const env = { PORT: "0", AUTH_MODE: "none", ...regionAt(upstream.url) };
    const running = shellCommand('ulimit -n 100; exec "$@"', ["start"], env);
    const url = await running.printed(/^Listening on (\S+)$/m);
    const asked = Array.from({ length: 45 }, (_, i) => ask(url, `{ authToken(userId: "${i}") { token } }`));
    // The others have a connection, and wait.
    expect((await Promise.race(asked)).errors[0].extensions).toMatchObject({ code: "OVERLOADED", retryable: true });
    isOver = true;
    for (const response of held) response.end('"token"');
    const codes = (await Promise.all(asked)).map(({ errors }) => errors?.[0].extensions.code ?? "answered");
    expect(new Set(codes)).toEqual(new Set(["answered", "OVERLOADED"]));
    expect(await ask(url, "{ region(code: EU) { status } }")).toEqual({ data: { region: { status: "AVAILABLE" } } });
    running.child.kill("SIGTERM");
    expect((await running.finished).stdout).toContain("no connection can be opened");
  });
});

test.each([24, 48, 64])("%i open files are too few, in a sentence", async (most) => {
  const { code, stdout, stderr } = await shellCommand(`ulimit -n ${most}; exec "$@"`, ["start"]).finished;
  expect([code, stdout, stderr]).toEqual([
    1,
    "",
    `amity-graphql cannot run: it may open only ${most} files at once; raise that, as by ulimit -n 1024\n`,
  ]);
});
