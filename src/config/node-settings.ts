import { execArgv } from "./environment.js";
import type { Env, Reader } from "./reader.js";

/** Options of Node that weaken what protects keys and callers in the whole process. The first text is what they do. */
const weakening: readonly (readonly [option: RegExp, effect: string])[] = [
  [/^--tls-min-v1\.[01]$/, "allows TLS versions that are broken"],
  [/^--insecure-http-parser$/, "lets requests be smuggled"],
  [/^--security-revert$/, "takes a mended hole of Node back"],
  [/^--tls-keylog$/, "writes the keys of TLS connections to a file"],
  [/^--inspect(?:-brk|-wait)?$/, "lets whoever reaches its port read every key"],
];

/** OpenSSL's names for what protects nothing. What begins with `!` or `-` is taken out. */
const weakCiphers = /^(?![!-]).*(?:NULL|EXP|RC4|DES|MD5|LOW|ADH|AECDH|^ALL$|COMPLEMENTOF|SECLEVEL=0)/i;

/**
 * Node's own settings that weaken TLS or HTTP are problems in production, and warnings elsewhere. Where certificates to
 * trust come from (NODE_EXTRA_CA_CERTS, --use-openssl-ca, SSL_CERT_FILE) is the operator's affair and weakens nothing.
 */
export function judgeNodeSettings(reader: Reader, env: Env, production: boolean, started = execArgv): void {
  const tell = (text: string) => (production ? reader.problem(`${text}: not in production`) : reader.warning(text));
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    tell("NODE_TLS_REJECT_UNAUTHORIZED switches off that certificates are verified; unset it");
  }
  if (env["NODE_DEBUG"]) tell("NODE_DEBUG writes the headers of calls, keys among them, to standard error; unset it");
  for (const [source, words] of [
    ["NODE_OPTIONS", wordsOf(env["NODE_OPTIONS"] ?? "")],
    ["NODE's command line", started],
  ] as const) {
    for (const [index, word] of words.entries()) {
      const [option = "", value = words[index + 1] ?? ""] = splitOption(word);
      const effect = weakening.find(([pattern]) => pattern.test(option))?.[1];
      if (effect !== undefined) tell(`${source} has ${option}, which ${effect}; take it out`);
      if (option !== "--tls-cipher-list") continue;
      if (value.split(/[:, ]/).some((cipher) => weakCiphers.test(cipher))) {
        tell(`${source} has ${option} with ciphers that protect nothing; take it out`);
      } else reader.warning(`${source} has ${option}: whether its ciphers are good is not checked`);
    }
  }
}

/** Node takes underscores for dashes. */
function splitOption(word: string): readonly string[] {
  const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  const option = name.replaceAll("_", "-");
  return value === undefined ? [option] : [option, value];
}

/** NODE_OPTIONS' words; double quotes hold one together, wherever they stand in it. */
function wordsOf(text: string): string[] {
  return (text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? []).map((word) => word.replace(/\\(.)|"/g, "$1"));
}
