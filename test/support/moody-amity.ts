import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/system/clock.js";

/** The event loop goes round so often: whatever is under way comes a step further each time. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}

const comeBack = { "retry-after": "1" };

/** An Amity that answers well, badly, in part, late or never, as chance will have it. */
export class MoodyAmity {
  /** `changing`: as it likes; `silent`: never; `busy`: come back in a second; `kind`: always, and well. */
  mood: "changing" | "silent" | "busy" | "kind" = "changing";
  readonly server = createServer((incoming, response) => void this.#take(incoming, response));
  /** Exchanges under way, and what would be a good answer. */
  readonly held = new Map<ServerResponse, string>();
  /** The users it was asked for, and when by the monotonic clock. Milliseconds. */
  readonly asked: { readonly userId: string; readonly at: number }[] = [];
  readonly #hears = new EventEmitter().setMaxListeners(0);
  /** Exchanges that the other side broke off: before an answer began, or within it. */
  readonly brokenOff = { waiting: 0, answering: 0 };
  /** Connections that are open. */
  readonly sockets = new Set<Socket>();

  /** `chance`: from 0 to 1. */
  constructor(
    private readonly chance: () => number,
    private readonly clock: Clock,
  ) {
    this.server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  /** Waits until it is asked for the user the next time. */
  async hears(userId: string): Promise<void> {
    await once(this.#hears, userId);
  }

  /** Breaks off all that is under way. */
  hangUp(): void {
    for (const response of this.held.keys()) response.destroy(new Error("hung up"));
  }

  /** Answers all that is under way and has no answer yet. */
  answerAll(): void {
    for (const [response, answer] of this.held) if (!response.headersSent) response.end(answer);
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.held.set(response, "");
    response.once("close", () => {
      this.held.delete(response);
      if (response.writableFinished || response.errored) return;
      this.brokenOff[response.headersSent ? "answering" : "waiting"]++;
    });
    const body = await text(incoming).catch(() => undefined);
    if (body === undefined) return;
    const { userId } = JSON.parse(body);
    this.asked.push({ userId, at: this.clock.elapsed() });
    this.#hears.emit(userId);
    const session = { accessToken: `access of ${userId}`, users: [{ userId }] };
    const isToken = incoming.url?.includes("/authentication/token");
    const answer = JSON.stringify(isToken ? `a token of ${userId}` : session);
    this.held.set(response, answer);
    await this.#behave(response, answer);
  }

  async #behave(response: ServerResponse, answer: string): Promise<void> {
    if (this.mood === "kind") response.end(answer);
    if (this.mood === "busy") response.writeHead(503, comeBack).end();
    if (this.mood !== "changing") return;
    const kind = this.chance();
    await turns(this.chance() * 30);
    if (response.destroyed) return;
    if (kind < 0.55) response.end(answer);
    else if (kind < 0.65) response.writeHead(503, comeBack).end();
    else if (kind < 0.7) response.destroy(new Error("reset"));
    else if (kind < 0.9) response.writeHead(200, { "content-length": "1000" }).write(answer);
    // And the rest hears nothing.
  }
}
