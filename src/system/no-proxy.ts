import { BlockList, isIP } from "node:net";

/** The entries of NO_PROXY. */
export interface NoProxy {
  /** Is the URL's host to be reached straight? */
  matches(url: URL): boolean;
  /** How many entries are of no known form. */
  readonly oddEntries: number;
}

/** One entry's verdict on a host, which is in lower case and without brackets. */
type Rule = (host: string, port: number) => boolean;

/**
 * Reads NO_PROXY as curl and Go do: names with everything below them, a leading dot or `*.` or not; addresses; ranges
 * in CIDR; each with a port or without; `*` for all. Names are compared as they are written, not by their addresses.
 */
export function parseNoProxy(text: string): NoProxy {
  const entries = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  const rules = entries.map(ruleOf);
  const good = rules.filter((rule) => rule !== undefined);
  return {
    matches({ hostname, port, protocol }) {
      const host = bare(hostname).replace(/\.$/, "");
      const asked = Number(port) || (protocol === "https:" ? 443 : 80);
      return good.some((rule) => rule(host, asked));
    },
    oddEntries: rules.length - good.length,
  };
}

function ruleOf(entry: string): Rule | undefined {
  if (entry === "*") return () => true;
  const range = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/.exec(entry);
  if (range) return rangeRule(range[1] ?? "", Number(range[2]));
  // What has more than one colon outside brackets is an IPv6 address and no port.
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(entry) ?? ["", entry];
  const rule = isIP(bare(host)) === 0 ? nameRule(host) : rangeRule(bare(host), undefined);
  return rule && ((asked, askedPort) => (port === undefined || Number(port) === askedPort) && rule(asked, askedPort));
}

function rangeRule(address: string, bits: number | undefined): Rule | undefined {
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  if (family === 0 || (bits ?? most) > most) return undefined;
  const list = new BlockList();
  list.addSubnet(address, bits ?? most, family === 6 ? "ipv6" : "ipv4");
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

function nameRule(pattern: string): Rule | undefined {
  const name = pattern.replace(/^\*?\./, "").replace(/\.$/, "");
  if (!/^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*$/u.test(name)) return undefined;
  return (host) => isIP(host) === 0 && (host === name || host.endsWith(`.${name}`));
}

/** URL keeps the brackets around an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
