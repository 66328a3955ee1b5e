import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { answerInTime } from "../../../src/shared/answer-in-time.js";
import { systemClock } from "../../../src/system/clock.js";
import { Late } from "../../../src/system/in-time.js";
import { withUpstream } from "../../support/upstream.js";

test("an answer that came while the process stood still is in time", async () => {
  const answer = (response: { end(text: string): void }) => response.end("x");
  await withUpstream(answer, async ({ url }) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    await once(socket, "connect");
    const data = once(socket, "data");
    const inTime = answerInTime(data, 50, systemClock);
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    // Lets the server answer, and then nothing of this process run until the time is over.
    await Promise.race([once(socket, "readable"), setTimeout(20)]);
    const end = performance.now() + 100;
    while (performance.now() < end);
    await expect(inTime).resolves.toBeDefined();
    socket.destroy();
  });
});

test("an answer that does not come is late", async () => {
  await expect(answerInTime(new Promise(() => {}), 1, systemClock)).rejects.toBeInstanceOf(Late);
});
