import { type Emulator } from "../../src/emulator/server.js";
import { verify } from "./emulator.js";
import type { TestGateway } from "./gateway.js";
import { CheckSessionDocument } from "./generated/graphql.js";

const states: Readonly<Record<number, string>> = { 200: "ACTIVE", 401: "INVALID", 403: "BANNED" };

/** What Amity and the gateway say of a session. Throws when they do not agree. */
export async function stateOf(emulator: Emulator, gateway: TestGateway, accessToken: string): Promise<string> {
  const status = await verify(emulator, accessToken);
  const { body } = await gateway.ask(CheckSessionDocument.toString(), { accessToken });
  const state = body.data?.sessionStatus.state;
  if (state === undefined || state !== states[status]) throw new Error(`${status}, but ${JSON.stringify(body)}`);
  return state;
}
