import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { Entry } from "../support/ownership.js";

/** Far beyond every deadline. Milliseconds. */
const mostWaitMs = 60_000;

export interface Answered {
  readonly status: number;
  readonly data: Readonly<Record<string, Entry | null>>;
  readonly codes: readonly string[];
}

/**
 * One operation on a connection of its own, for a kept one may end just as it is used. Rejects when the answer is none
 * of GraphQL's, or does not come.
 */
export async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  operation: { readonly query: string; readonly variables?: object },
): Promise<Answered> {
  const { statusCode: status = 0, body } = await new Promise<{ statusCode: number | undefined; body: string }>(
    (resolve, reject) => {
      const outgoing = request(url, {
        method: "POST",
        agent: false,
        headers: { "content-type": "application/json", ...headers },
      });
      outgoing.setTimeout(mostWaitMs, () => outgoing.destroy(new Error("no answer")));
      outgoing.on("error", reject);
      outgoing.on("response", (incoming) => {
        text(incoming).then((body) => resolve({ statusCode: incoming.statusCode, body }), reject);
      });
      outgoing.end(JSON.stringify(operation));
    },
  );
  const { data, errors = [] } = JSON.parse(body);
  const codes = errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
  return { status, data: data ?? {}, codes };
}
