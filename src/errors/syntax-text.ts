const kinds = "Name|Int|Float|String|BlockString";
const punctuator = '"(?:[!$&()\\[\\]{}:=@|]|\\.{3})"|<EOF>';
const place = `Expected (?:${kinds}|"\\w+"|${punctuator}), found|Unexpected`;

/** What graphql-js's parser and lexer say, up to where they quote what the document holds. */
const known = new RegExp(
  [
    `^Syntax Error: (?:${place}) (?:(?:${kinds})(?= "|\\.$)|(?:${punctuator})(?=\\.$))`,
    "^Syntax Error: Unexpected (?:character|single quote character|variable)\\b",
    "^Syntax Error: Invalid (?:number|character within String|Unicode escape sequence|character escape sequence)\\b",
    "^Syntax Error: Unterminated string\\b",
  ].join("|"),
);

/**
 * What is wrong with a document, without what stands in it: a string, a number or a name at the wrong place may be a
 * value. Undefined for what graphql-js never said when this was written.
 */
export function syntaxTextWithoutValues(message: string): string | undefined {
  const [text] = known.exec(message) ?? [];
  return text && `${text}.`;
}
