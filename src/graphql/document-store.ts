import type { ApolloServerOptions, BaseContext } from "@apollo/server";
import type { DocumentNode } from "graphql";
import { LRUCache } from "lru-cache";

type Store = NonNullable<ApolloServerOptions<BaseContext>["documentStore"]>;

/**
 * Memory of a parsed document, measured with Node.js 20: its text, and up to this for each token of it with the nodes
 * made of it. Bytes.
 */
const bytesPerToken = 500;

/** No document takes more than this part of a generation. */
const greatestShare = 1 / 8;

/** Of one generation. */
export interface DocumentBounds {
  readonly documents: number;
  /** Memory, estimated. */
  readonly bytes: number;
}

export const documentBounds: Readonly<Record<"young" | "kept", DocumentBounds>> = {
  young: { documents: 200, bytes: 4 * 1_048_576 },
  kept: { documents: 500, bytes: 8 * 1_048_576 },
};

/**
 * Documents that were parsed and found valid, in two generations, each bounded by count and memory: what anybody sends
 * comes into the young one, and what callers run moves on. So strangers push out nobody's documents but their own.
 */
export class DocumentStore implements Store {
  readonly #young: LRUCache<string, DocumentNode>;
  readonly #kept: LRUCache<string, DocumentNode>;
  /** Apollo's keys: they name the schema and the text. */
  readonly #keys = new WeakMap<DocumentNode, string>();

  constructor({ young, kept } = documentBounds) {
    this.#young = generation(young);
    this.#kept = generation(kept);
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#kept.get(key) ?? this.#young.get(key);
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#keys.set(document, key);
    this.#young.set(key, document);
  }

  async delete(key: string): Promise<boolean> {
    const [young, kept] = [this.#young.delete(key), this.#kept.delete(key)];
    return young || kept;
  }

  /** A caller runs this document. */
  keep(document: DocumentNode): void {
    const key = this.#keys.get(document);
    if (key === undefined || !this.#young.delete(key)) return;
    this.#kept.set(key, document);
  }
}

function generation({ documents, bytes }: DocumentBounds): LRUCache<string, DocumentNode> {
  return new LRUCache({
    max: documents,
    maxSize: bytes,
    maxEntrySize: bytes * greatestShare,
    sizeCalculation: memoryOf,
  });
}

/** The parser's tokens hang together, comments among them, and stay with the document. */
function memoryOf({ loc }: DocumentNode): number {
  if (!loc) return Number.MAX_SAFE_INTEGER;
  let tokens = 0;
  for (let token: typeof loc.startToken | null = loc.startToken; token; token = token.next) tokens++;
  return 2 * loc.source.body.length + bytesPerToken * tokens;
}
