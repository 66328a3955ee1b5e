import { lineOf, UnusableText } from "../system/setting-text.js";

/** Where a key is, by path, URL or a vault's address; or a header with the key in it. */
const noKey = /^(?:~|\.{1,2})?\/|^[a-z][a-z0-9+.-]*:\/\/|^(?:arn|vault|op|ref|file|secret):|^(?:bearer|basic) /i;

/** A key that is sent in an HTTP header: visible ASCII, spaces inside only. Throws UnusableText. */
export function headerKeyOf(text: string): string {
  const key = lineOf(text);
  if (noKey.test(key)) {
    throw new UnusableText("says where a key is, or is a header: give the key, or its file by the name with _FILE");
  }
  if (/^[ -~]+$/.test(key)) return key;
  throw new UnusableText("holds a value that cannot be an HTTP header", "not a header value");
}
