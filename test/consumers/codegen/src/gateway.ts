import { appToken, endpoint } from "./app.js";
import type { TypedDocumentString } from "./generated/graphql.js";

/** A refusal of the gateway's: `code` is one of docs/errors.md. */
export class GatewayError extends Error {
  constructor(
    readonly code: string,
    readonly retryable: boolean,
    message: string,
  ) {
    super(message);
  }
}

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { message: string; extensions: { code: string; retryable: boolean } }[];
}

export async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      authorization: `Bearer ${appToken()}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Result>;
  if (data) return data;
  const { message = "no data", extensions } = errors?.[0] ?? {};
  throw new GatewayError(extensions?.code ?? "BAD_RESPONSE", extensions?.retryable ?? false, message);
}
