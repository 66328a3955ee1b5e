import { type ForwardProxy, noProxy, type ProxyFor, proxyExcept } from "../system/forward-proxy.js";
import { parseNoProxy } from "../system/no-proxy.js";
import { fields } from "./fields.js";
import type { Reader } from "./reader.js";
import { demandOf } from "./words.js";

/** The proxy for calls that leave this machine, which are all https. HTTP_PROXY is for others, as with curl. */
export function readProxy(reader: Reader): ProxyFor {
  const isExcepted = readExceptions(reader);
  const name = reader.shared("HTTPS_PROXY") ? "HTTPS_PROXY" : "ALL_PROXY";
  const given = reader.shared(name);
  if (!given) return noProxy;
  const proxy = parseProxy(given.variable, given.value);
  if (proxy) return proxyExcept(proxy, isExcepted);
  reader.problem(`${given.variable} ${demandOf(fields[name])}`);
  return noProxy;
}

function readExceptions(reader: Reader): (url: URL) => boolean {
  const given = reader.shared("NO_PROXY");
  const { matches, oddEntries } = parseNoProxy(given?.value ?? "");
  if (given && oddEntries > 0) {
    reader.warning(`${given.variable} has entries of no known form, which except nothing: ${oddEntries}`);
  }
  return matches;
}

/** Undefined for what is no proxy: another scheme, a path (of a PAC file, say), or a word that is no host with port. */
function parseProxy(variable: string, value: string): ForwardProxy | undefined {
  const text = /^[^/@]+(?:@[^/@]+)?:\d+\/?$/.test(value) && !value.includes("://") ? `http://${value}` : value;
  const url = /^https?:\/\/[^/]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.pathname !== "/" || url.search || url.hash) return undefined;
  // A colon would end the user's name (RFC 7617, 2), and controls cannot be sent.
  if (!isDecodable(url.username, /[:\p{Cc}]/u) || !isDecodable(url.password, /\p{Cc}/u)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return { url, name: `${url.hostname}:${port} (${variable})` };
}

function isDecodable(text: string, forbidden: RegExp): boolean {
  try {
    return !forbidden.test(decodeURIComponent(text));
  } catch {
    return false;
  }
}
