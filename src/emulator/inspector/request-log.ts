/** The last so many requests are kept. */
export const maxRequests = 500;

/** A longer body is not kept. Bytes. */
export const maxBodyBytes = 16_384;

/** A body as it is kept: without what it says when it was too long, or no JSON and so nothing that could be masked. */
export interface KeptBody {
  readonly bytes: number;
  readonly json?: unknown;
  readonly text?: string;
}

/** One exchange as it was, secrets included: it leaves the emulator masked only. */
export interface Exchange {
  /** Counts up from 1. */
  readonly id: number;
  /** By the emulator's clock, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Whose access token came with it. */
  tokenUserId: string | undefined;
  body: KeptBody | undefined;
  answer: { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; body: KeptBody } | undefined;
  /** Why it was refused, in words. */
  refusal: string | undefined;
  /** The kinds of the faults that it met. */
  readonly faults: string[];
  /** How long it took; undefined while it is under way. Milliseconds. */
  ms: number | undefined;
  /** Whether the answer came whole, as far as the emulator knows. */
  isWhole: boolean;
}

/** The last exchanges of an emulator, in memory. */
export class RequestLog {
  /** Each has its place by its id, which the one 500 later takes. */
  #places: Exchange[] = [];
  readonly #listeners = new Set<(exchange: Exchange) => void>();
  #count = 0;

  /** Begins an exchange, and forgets the oldest when there are too many. */
  begin(asked: Pick<Exchange, "at" | "method" | "target" | "headers">): Exchange {
    this.#count += 1;
    const exchange: Exchange = {
      ...asked,
      id: this.#count,
      tokenUserId: undefined,
      body: undefined,
      answer: undefined,
      refusal: undefined,
      faults: [],
      ms: undefined,
      isWhole: false,
    };
    this.#places[exchange.id % maxRequests] = exchange;
    this.tell(exchange);
    return exchange;
  }

  /** Says that something of an exchange has changed, unless it is forgotten already. */
  tell(exchange: Exchange): void {
    if (this.find(exchange.id) === undefined) return;
    for (const listener of this.#listeners) listener(exchange);
  }

  find(id: number): Exchange | undefined {
    const exchange = this.#places[id % maxRequests];
    return exchange?.id === id ? exchange : undefined;
  }

  /** The oldest first. */
  all(): Exchange[] {
    return this.#places.filter(Boolean).sort((one, other) => one.id - other.id);
  }

  /** Forgets all of them; those under way too. */
  clear(): void {
    this.#places = [];
  }

  /** Hears of each exchange when it begins and when it has ended. */
  listen(listener: (exchange: Exchange) => void): void {
    this.#listeners.add(listener);
  }
}
