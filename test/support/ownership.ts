import type { Emulator } from "../../src/emulator/server.js";
import { rawCall } from "./emulator.js";
import { decode } from "./scripted-amity.js";

/** Of an authToken or a session; other fields have none of these. */
export interface Entry {
  readonly token?: string;
  readonly accessToken?: string;
  readonly userId?: string;
  readonly region?: string;
}

/** So many sessions are opened at once to see whose tokens are. */
const atOnce = 8;

/** Whose is each token that was handed out? */
export class Ownership {
  readonly problems: string[] = [];
  checked = 0;
  /** The emulator's auth tokens say nothing: whose they are is seen by opening a session. */
  readonly #opaque = new Map<string, string>();

  constructor(private readonly emulator: Emulator) {}

  /** `entry`: what came for this user of this region. */
  check(region: string, userId: string, { token, accessToken, ...said }: Entry): void {
    this.checked++;
    const isSaid = said.userId === userId && said.region === region;
    if (isSaid && this.#isRight(region, userId, token ?? accessToken ?? "", token !== undefined)) return;
    this.problems.push(`what came for a user of ${region} is another one's`);
  }

  /** Opens a session with each auth token that says nothing itself, at an Amity that works. */
  async checkOpaque(): Promise<void> {
    const left = [...this.#opaque];
    const work = async () => {
      for (let next = left.pop(); next; next = left.pop()) await this.#open(...next);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  #isRight(region: string, userId: string, given: string, isAuthToken: boolean): boolean {
    if (region !== "SG") {
      const owner = decode(given);
      return Array.isArray(owner) && owner[0] === region && owner[1] === userId;
    }
    if (!isAuthToken) return publicUserIdIn(given) === userId;
    const before = this.#opaque.get(given) ?? userId;
    this.#opaque.set(given, userId);
    return before === userId;
  }

  async #open(authToken: string, userId: string): Promise<void> {
    const { status } = await rawCall(this.emulator, "POST /api/v3/sessions", {
      headers: { "x-api-key": this.emulator.apiKey },
      body: { userId, deviceId: "check", authToken },
    });
    if (status !== 200) this.problems.push(`an auth token of SG opens no session of its user: ${status}`);
  }
}

function publicUserIdIn(accessToken: string): unknown {
  const [, payload = ""] = accessToken.split(".");
  return (decode(payload) as { user?: { publicUserId: unknown } } | undefined)?.user?.publicUserId;
}
