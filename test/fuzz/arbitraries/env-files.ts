import { readFileSync } from "node:fs";
import fc from "fast-check";
import { canary } from "../target.js";
import { edited, mostly, oddTexts } from "./texts.js";

/** The names of all settings, as the example lists them. */
const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
const names = [...example.matchAll(/^#(\w+)=/gm)].map(([, name = ""]) => name);

const values = fc.oneof(
  fc.constantFrom(
    ...[
      "",
      "1",
      "0",
      "-1",
      "1e9",
      "true",
      "on",
      "off",
      "EU",
      "jwt",
      "jwt,apikey",
      "none",
      "127.0.0.1",
      "::1",
      "10.0.0.0/8",
    ],
    ...[
      "https://login.example/",
      "http://127.0.0.1:9",
      "https://a:b@c.example",
      "/nowhere",
      canary,
      `https://${canary}/`,
    ],
    ...[
      "a secret of more than thirty-two characters",
      "9".repeat(400),
      "99999999999999999999",
      "1_000",
      "0x10",
      "\u0661",
    ],
  ),
  fc.constant(canary.repeat(4)),
  oddTexts,
);
const quotes = mostly(
  fc.constantFrom((text: string) => text),
  fc.constantFrom<((text: string) => string)[]>(
    (text) => `"${text}"`,
    (text) => `'${text}'`,
    (text) => `\`${text}\``,
    (text) => `"${text}`,
    (text) => `'${text}`,
    (text) => `"${text}" # ${canary}`,
    (text) => `  ${text}  # ${canary}`,
  ),
  3,
);

const lines = fc
  .tuple(
    mostly(fc.constantFrom(...names), edited(fc.constantFrom(...names), 2, fc.constantFrom("", "_", "S", "a"))),
    quotes,
    values,
  )
  .map(([name, quote, value]) => `${name}=${quote(value)}`);
const others = fc.oneof(fc.constantFrom("", "# a comment", "export A=b", "=", "A", `${canary}`, "A=b=c"), oddTexts);
const ends = mostly(fc.constant("\n"), fc.constantFrom("\r\n", "\r", "\n\n", "\u2028"));

/** .env files: settings with values that fit or do not, quoted in every way, mistyped, cut, and repeated. */
export const envFiles = edited(
  fc.tuple(fc.array(mostly(lines, others), { maxLength: 12 }), ends).map(([all, end]) => all.join(end)),
  4,
);
