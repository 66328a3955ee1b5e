import { Unusable } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";

/**
 * The one rule for the text of settings, be it from the environment, .env or a file: what is no part of a value is
 * dropped (a byte order mark, one line end at the end), and what nobody means to write is refused.
 */

/** Why a text is of no use, in fixed words that follow the name of what holds it. */
export class UnusableText extends Unusable {
  constructor(problem: string, reason: Reason = "cannot be used") {
    super(reason, problem);
  }
}

/** A byte order mark may go before text in UTF-8; the decoder leaves it out. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A file's text. Throws UnusableText for anything but UTF-8: a key that was decoded by guess is another key. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return refuseIf(encodingRules, utf8.decode(bytes));
  } catch {
    throw new UnusableText(notUtf8, "not UTF-8");
  }
}

/** A value of one line. Throws UnusableText; what it gives it takes again. */
export function lineOf(text: string): string {
  return refuseIf(lineRules, text.replace(/^\uFEFF/, "").replace(/(?:\r\n?|\n)$/, ""));
}

/** What has lines of its own, such as PEM or JSON. Throws UnusableText; what it gives it takes again. */
export function documentOf(text: string): string {
  const document = text.replace(/^\uFEFF/, "");
  refuseIf(documentRules, document.trim());
  return document;
}

/** The values between commas, with blanks around them or not, be it none. Throws UnusableText. */
export function entriesOf(text: string): string[] {
  const list = lineOf(text.replace(/^[ \t]+|[ \t]+(?=(?:\r\n?|\n)?$)/g, ""));
  return list.split(",").map((entry) => {
    const bare = entry.replace(/^[ \t]+|[ \t]+$/g, "");
    return bare === "" ? bare : lineOf(bare);
  });
}

type Rules = readonly (readonly [problem: string, isBroken: RegExp])[];

const notUtf8 = "is not UTF-8";

/** UTF-16 without a mark reads as UTF-8 full of NUL; Node puts U+FFFD where the environment holds other bytes. */
const encodingRules: Rules = [[notUtf8, /[\0\uFFFD\p{Surrogate}]/u]];

const emptyRule = ["is empty: give it a value or unset it", /^[\s\p{Default_Ignorable_Code_Point}]*$/u] as const;

/** Shells take quotes away; Docker's --env-file, systemd's and Kubernetes' do not. */
const quotesRule = [
  "is in quotes: leave them out",
  /^["'`\u2018-\u201F\u00AB\u2039].*["'`\u2018-\u201F\u00BB\u203A]$/su,
] as const;

const placeholders = [
  /^<[^<>]*>$|^\w+:\/\/[^<>]*<[^<>]+>/,
  // What a shell, a template or a program was to fill in.
  /\$\{[^{}]*\}|^\$\(.*\)$|^\$[A-Za-z_]+$|^\{\{.*\}\}$|^%\w+%$|^undefined$/,
  /^(?:\.{3}|…|\*{3,}|•{3,}|x{3,16})$|^(?:change[-_ ]?(?:me|it)|replace[-_ ]?me|placeholder|todo|\[?redacted\]?)$/i,
  /^(?:your|insert)[-_ ](?:[a-z0-9]+[-_ ])*(?:key|secret|token)(?:[-_ ]here)?$/i,
];

const placeholderRule = [
  "is a placeholder: put the value in its place",
  new RegExp(placeholders.map(({ source }) => source).join("|"), "iu"),
] as const;

const documentRules: Rules = [...encodingRules, emptyRule, quotesRule, placeholderRule];

const lineRules: Rules = [
  ...encodingRules,
  emptyRule,
  ["holds PEM, where one line belongs", /-----BEGIN /],
  ["ends in a line end", /[\n\r\u0085\u2028\u2029]$/],
  ["holds a line end", /[\n\r\u0085\u2028\u2029]/],
  ["begins or ends with a blank", /^\s|\s$/],
  ["holds an invisible character", /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u],
  quotesRule,
  placeholderRule,
];

function refuseIf(rules: Rules, text: string): string {
  for (const [problem, isBroken] of rules) if (isBroken.test(text)) throw new UnusableText(problem);
  return text;
}
