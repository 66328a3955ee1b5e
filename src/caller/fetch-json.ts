import { isTrustedUrl } from "../system/loopback.js";

/** Key sets and discovery documents are a few kilobytes. */
const maxBytes = 262_144;

/** It leaves out a byte order mark, which some servers put before their JSON (RFC 8259, 8.1). */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Gets a public JSON document of the identity provider. Nothing secret is sent. Throws for anything but a 200 of at
 * most 256 KiB of JSON; redirects are not followed, and http is for loopback only.
 */
export async function fetchJson(url: URL, signal: AbortSignal): Promise<unknown> {
  if (!isTrustedUrl(url)) throw new Error("not https");
  const response = await fetch(url, { redirect: "error", signal, headers: { accept: "application/json" } });
  if (response.status !== 200 || !response.body) throw new Error("not a 200");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error("too large");
    chunks.push(chunk);
  }
  return JSON.parse(utf8.decode(Buffer.concat(chunks)));
}
