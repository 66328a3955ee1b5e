/** Hides secrets in what the inspector shows: of each its ends are left, by which its owner knows it again. */
export interface Mask {
  /** Any text, such as an address: secrets that are known, or look like one of Amity's, are shortened in it. */
  text(text: string): string;
  /** A value out of JSON: what stands under a secret's name is shortened, whatever it looks like. */
  json(value: unknown): unknown;
  /** Headers by name; all are shortened but those that are known to hold no secret. */
  headers(headers: Readonly<Record<string, unknown>>): Record<string, string>;
  /** A request's target: what stands under a secret's name in its query is shortened. */
  target(target: string): string;
}

/** What is shorter than this would be told by its ends. */
const longEnoughForEnds = 24;

/** Shorter ones are in too many innocent words to look for. They are hidden by the names under which they stand. */
const longEnoughToFind = 8;

/** Deeper than any body of Amity's. */
const maxDepth = 20;

/** Auth and refresh tokens, and keys that an emulator made up. */
const looksSecret = /\b[A-Za-z0-9]{42}\b|\bemulator-[a-z-]{1,20}-[0-9a-f]{48}\b/g;

/** What may hold an access token or another JWT. Whole runs, so that a hostile text costs no more than its length. */
const tokenRuns = /[\w.-]{24,}/g;

const secretName = /token|secret|signature|passw|passphrase|authorization|cookie|credential|key$/i;
/** Of a secret these say no more than when it ends, or which it is. */
const innocentName = /(?:At|Id)$/;

const openHeaders =
  /^(?:accept(?:-[\w-]+)?|access-control-[\w-]+|age|allow|cache-control|connection|content-(?:type|length|encoding|language)|date|dnt|expect|host|if-[\w-]+|keep-alive|location|origin|pragma|priority|retry-after|sec-(?:ch|fetch)-[\w-]+|server|te|traceparent|transfer-encoding|upgrade(?:-insecure-requests)?|user-agent|vary|via|x-request-id|x-no-cache)$/;

/** So much of a header is shown. Characters. */
const maxHeader = 500;

/** The first and the last four characters of a long secret; of a short one nothing. */
export function shortened(secret: string): string {
  return secret.length < longEnoughForEnds ? "…" : `${secret.slice(0, 4)}…${secret.slice(-4)}`;
}

/** `keys`: secrets that are known, whatever they look like. */
export function createMask(keys: readonly string[]): Mask {
  const known = keys
    .filter((key) => key.length >= longEnoughToFind)
    .toSorted((one, other) => other.length - one.length);
  // A key in an address, or within JSON within a string.
  const forms = known.flatMap((key) =>
    [...new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)])].map((form) => [form, key] as const),
  );

  const text = (given: string): string => {
    const withoutKeys = forms.reduce((left, [form, key]) => left.replaceAll(form, shortened(key)), given);
    return withoutKeys.replaceAll(tokenRuns, withoutJwt).replaceAll(looksSecret, shortened);
  };

  const json = (value: unknown, isSecret = false, depth = 0): unknown => {
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return isSecret ? shortened(value) : text(value);
    if (typeof value !== "object") return isSecret ? "…" : value;
    if (depth === maxDepth) return "…";
    if (Array.isArray(value)) return value.map((item) => json(item, isSecret, depth + 1));
    const entries = Object.entries(value).map(([name, held]) => {
      return [text(name), json(held, isSecret || isSecretName(name), depth + 1)];
    });
    return Object.fromEntries(entries);
  };

  const header = (name: string, value: string): string => {
    if (openHeaders.test(name)) return text(value).slice(0, maxHeader);
    const [, scheme = "", secret = value] = /^((?:Bearer|Basic|Digest) +)(.*)$/i.exec(value) ?? [];
    return `${scheme}${shortened(secret)}`;
  };

  return {
    text,
    json: (value) => json(value),
    headers(headers) {
      const entries = Object.entries(headers).map(([name, value]) => [name, header(name, String(value))]);
      return Object.fromEntries(entries);
    },
    target(target) {
      const [path = "", ...query] = target.split("?");
      if (query.length === 0) return text(path);
      const parameters = query
        .join("?")
        .split("&")
        .map((parameter) => {
          const [name = "", ...value] = parameter.split("=");
          return isSecretName(decoded(name)) ? `${name}=${shortened(value.join("="))}` : parameter;
        });
      return text(`${path}?${parameters.join("&")}`);
    },
  };
}

/** A JWT begins with `{"` in Base64. */
function withoutJwt(run: string): string {
  const start = run.indexOf("eyJ");
  return start < 0 || !run.includes(".", start) ? run : run.slice(0, start) + shortened(run.slice(start));
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !innocentName.test(name);
}

/** The text behind a percent-encoded one, or the same where there is none. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
