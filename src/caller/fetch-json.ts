import { once } from "node:events";
import { get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { isIdentity } from "../amity/body.js";
import { isPage, reasonOfStatus, Unusable } from "../errors/reason-of.js";
import { egressTo } from "../system/egress.js";
import { ProxyError, type ProxyFor } from "../system/forward-proxy.js";
import { isTrustedUrl } from "../system/loopback.js";

/** Key sets and discovery documents are a few kilobytes. */
const maxBytes = 262_144;

/** It leaves out a byte order mark, which some servers put before their JSON (RFC 8259, 8.1). */
const utf8 = new TextDecoder("utf-8", { fatal: true });

export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly proxyFor: ProxyFor;
}

/**
 * Gets a public JSON document of the identity provider, whose certificate is always verified. Nothing secret is sent.
 * Throws for anything but a 200 of at most 256 KiB of JSON: Unusable, a ProxyError among them, or Node's own error.
 * Redirects are not followed, and http is for loopback only.
 */
export async function fetchJson(url: URL, { signal, proxyFor }: FetchOptions): Promise<unknown> {
  if (!isTrustedUrl(url)) throw new Unusable("not https");
  const { createAgent, proxy } = await egressTo(url, proxyFor);
  const options = { signal, headers: { accept: "application/json", "accept-encoding": "identity" } };
  const request =
    url.protocol === "http:" ? httpGet(url, options) : httpsGet(url, { ...options, agent: createAgent({}) });
  try {
    const [response] = (await once(request, "response", { signal })) as [IncomingMessage];
    const { statusCode: status = 0 } = response;
    if (status !== 200) throw new Unusable(reasonOfStatus(status), undefined, status);
    return parseJson(await bodyOf(response));
  } catch (error) {
    if (signal.aborted && proxy && !request.socket) throw new ProxyError("PROXY_TIMEOUT", proxy.name);
    throw signal.aborted ? signal.reason : error;
  } finally {
    request.on("error", () => {}).destroy();
  }
}

/** Some stores hold their files compressed and send them so, whatever was asked for. */
async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const coding = response.headers["content-encoding"];
  const isCompressed = coding === "gzip";
  if (!isCompressed && !isIdentity(coding)) throw new Unusable("encoded body");
  // Its failure reaches whoever reads.
  const body = isCompressed ? pipeline(response, createGunzip(), () => {}) : response;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new Unusable("too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Unusable("not UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Unusable(isPage(text) ? "HTML page" : "not JSON");
  }
}
