import type { JwksLocation } from "../caller/jwks.js";
import type { Config } from "./config.js";

/** Hosts that are called through a proxy, by the proxy's name. One that discovery names later is not among them. */
export function hostsByProxy(config: Config): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const url of calledUrls(config)) {
    const name = config.proxyFor(url)?.name;
    if (name !== undefined) hosts.set(name, [...(hosts.get(name) ?? []), url.host]);
  }
  return hosts;
}

function calledUrls({ regions, auth }: Config): URL[] {
  const settings = regions === "emulator" ? [] : Object.values(regions);
  const keys = auth.mode === "credentials" ? auth.jwt?.keys : undefined;
  return [
    ...settings.filter(({ apiKey, serverKey }) => apiKey || serverKey).map(({ baseUrl }) => baseUrl),
    ...(keys?.kind === "published" ? [urlOf(keys.location)] : []),
  ];
}

/** Where the identity provider is asked first. */
export function urlOf(location: JwksLocation): URL {
  return "jwksUrl" in location ? location.jwksUrl : new URL(location.issuer);
}
