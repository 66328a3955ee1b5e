import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as an upstream server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export interface Upstream {
  readonly url: string;
  readonly seen: SeenRequest[];
}

/** A scripted upstream on loopback that is not the emulator; closed when `use` ends. */
export async function withUpstream(answer: Answer, use: (upstream: Upstream) => Promise<void>): Promise<void> {
  const { close, ...upstream } = await startUpstream(answer);
  try {
    await use(upstream);
  } finally {
    await close();
  }
}

/** The same for tests that share one; `close` ends it. */
export async function startUpstream(answer: Answer): Promise<Upstream & { close(): Promise<void> }> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const asked = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: await textOf(request),
    };
    seen.push(asked);
    answer(response, asked);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Answers every request with this status, body and headers. */
export function always(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Answers as Amity's documents describe: a v4 token in quotes, a v3 token as JSON, and the session given. */
export function likeAmity(session: object, token = "token-1"): Answer {
  return (response, { url }) => {
    if (url.includes("/authentication/token")) {
      response.writeHead(200, { "content-type": "text/plain" }).end(JSON.stringify(token));
    } else {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(session));
    }
  };
}

/** The answers in their order, the last of them for ever. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let count = 0;
  return (response, request) => answers[Math.min(count++, answers.length - 1)]?.(response, request);
}

/** Answers with a space every now and then, without end: each read succeeds, the whole never does. */
export const drip: Answer = (response) => {
  response.writeHead(200).flushHeaders();
  const timer = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(timer));
};
