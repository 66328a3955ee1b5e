import { candidates } from "./candidates.mjs";
import { connect, send } from "./load.mjs";
import { checkAnswer, requestFor } from "./requests.mjs";
import { startServer } from "./server-process.mjs";
import { everNew, inTurn } from "./users.mjs";

const checkedAnswers = 3;

/**
 * Starts a candidate for an operation, and connects to it. `bench`: what all share: the upstream, 500 callers, a folder
 * and the Node that runs servers. `nextRequest` gives a request of another user each time, and `check` throws unless it
 * answers rightly.
 */
export async function startCandidate(name, operation, bench, { connections }) {
  const { speaks, asksAs, command, envFor } = candidates[name];
  const { upstream, callers, folder, node } = bench;
  const { urls, caFile } = upstream;
  const env = envFor({ urls, caFile, reuseSeconds: operation.reuseSeconds ?? 0 });
  const server = await startServer(name, { command, env, folder, node });
  const pool = connect(server.url, connections);
  const nextUser = usersFor(operation, asksAs, callers);
  const toRequest = requestFor(operation, speaks);
  return {
    ...server,
    pool,
    nextRequest: () => toRequest(nextUser()),
    /** The same for each of these callers in turn, who show their JWT where one is asked for. */
    requestsOfAll: (all) => {
      const next = inTurn(all.map(({ id, authorization }) => (asksAs === "caller" ? { id, authorization } : { id })));
      return () => toRequest(next());
    },
    async check() {
      for (let number = 0; number < checkedAnswers; number++) {
        const user = nextUser();
        checkAnswer(operation, speaks, user, await send(pool, toRequest(user)));
      }
    },
    async stop() {
      await pool.close();
      await server.stop();
    },
  };
}

/** Who comes again is handed the same token; else each request has a user of its own, or the next of the callers. */
function usersFor({ reuseSeconds }, asksAs, callers) {
  if (asksAs === "caller") return inTurn(callers);
  return reuseSeconds ? inTurn(callers.map(({ id }) => ({ id }))) : everNew();
}

/** Runs the task while the candidate lives. One that dies is told by its last words, not by a broken connection. */
export async function guarded(candidate, task) {
  try {
    return await Promise.race([task(), candidate.died]);
  } catch (error) {
    await Promise.race([candidate.died, new Promise((resolve) => setTimeout(resolve, 500))]);
    throw new Error(`${candidate.name}: ${error.message}`);
  }
}
