import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";

/** The load generator. It looks at every answer: a server that refuses everything looks fast. */

const timeoutMs = 30_000;

/** 32 requests in flight overload no gateway that has a core to itself. */
const tooBusy = "\nThe machine is too busy with other things to measure on, or the server stood still for seconds.";

/** Connections to a server, as many as it takes or at most so many. */
export function connect(url, connections) {
  return new Pool(url, { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
}

/** Sends one request. Gives the text of its answer; throws when it is not 200 or is another's. */
export function send(pool, { marker, ...request }) {
  return new Promise((resolve, reject) => {
    let status;
    let text = "";
    pool.dispatch(request, {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        text += chunk.latin1Slice();
      },
      onResponseEnd() {
        if (status === 200 && text.includes(marker)) resolve(text);
        else reject(new Error(`an answer is wrong (${status}): ${text}${text.includes("OVERLOADED") ? tooBusy : ""}`));
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    });
  });
}

/**
 * Keeps so many requests in flight for `ms`, and for `least` requests if that takes longer. `nextRequest` gives each.
 * Gives the latencies in milliseconds and the time that all took.
 */
export async function closedLoop(pool, nextRequest, { inFlight, ms, least = 0 }) {
  const latencies = [];
  const start = performance.now();
  let started = 0;
  const work = async () => {
    let sentAt = performance.now();
    while (sentAt - start < ms || started < least) {
      started++;
      await send(pool, nextRequest());
      const endedAt = performance.now();
      latencies.push(endedAt - sentAt);
      sentAt = endedAt;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return { latencies, ms: performance.now() - start };
}

/**
 * Sends so many requests a second for `ms`, whatever becomes of them. A latency counts from when the request was due,
 * so that one who waits for a free connection waits; `failed` counts wrong answers.
 */
export async function openLoop(pool, nextRequest, { perSecond, ms }) {
  const latencies = [];
  const pending = new Set();
  let failed = 0;
  const start = performance.now();
  const sendDueAt = (dueAt) => {
    const answer = send(pool, nextRequest())
      .then(() => latencies.push(performance.now() - dueAt))
      .catch(() => failed++)
      .finally(() => pending.delete(answer));
    pending.add(answer);
  };
  for (let sent = 0; sent < (perSecond * ms) / 1_000; ) {
    const now = performance.now() - start;
    for (; (sent * 1_000) / perSecond <= now; sent++) sendDueAt(start + (sent * 1_000) / perSecond);
    await sleep(1);
  }
  await Promise.all(pending);
  return { latencies, failed };
}
