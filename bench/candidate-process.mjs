import { candidates } from "./candidates.mjs";
import { connect, send } from "./load.mjs";
import { checkAnswer, requestFor } from "./requests.mjs";
import { startServer } from "./server-process.mjs";
import { everNew, inTurn } from "./users.mjs";

const checkedAnswers = 3;

/**
 * Starts a candidate for an operation, and connects to it. `bench`: what all share: the upstream, 500 callers, a folder
 * and the Node that runs servers. `nextRequest` gives requests of other users, and `check` throws unless it answers rightly.
 */
export async function startCandidate(name, operation, bench, { connections, settings = {} }) {
  const { speaks, asksAs, command, envFor } = candidates[name];
  const { upstream, callers, folder, node } = bench;
  const { urls, caFile } = upstream;
  const env = { ...envFor({ urls, caFile, reuseSeconds: operation.reuseSeconds ?? 0 }), ...settings };
  const server = await startServer(name, { command, env, folder, node });
  const pool = connect(server.url, connections);
  const nextUser = usersFor(operation, asksAs, callers);
  const toRequest = requestFor(operation, speaks);
  return {
    ...server,
    pool,
    nextRequest: () => toRequest(nextUser()),
    async check() {
      for (let number = 0; number < checkedAnswers; number++) {
        const user = nextUser();
        checkAnswer(name, operation, speaks, user, await send(pool, toRequest(user)));
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
