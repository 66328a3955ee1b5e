import { describe, expect, test } from "@jest/globals";
import { parseNoProxy } from "../../../src/system/no-proxy.js";

describe("NO_PROXY", () => {
  test.each<[string, string, boolean]>([
    ["", "https://a.example", false],
    [" , ,", "https://a.example", false],
    ["*", "https://a.example", true],
    ["b.example,*", "https://a.example", true],
    ["a.example", "https://a.example", true],
    ["A.Example", "https://a.example", true],
    ["a.example.", "https://a.example", true],
    ["a.example", "https://a.example./", true],
    ["a.example", "https://b.a.example", true],
    [".a.example", "https://b.a.example", true],
    ["*.a.example", "https://b.a.example", true],
    [".a.example", "https://a.example", true],
    ["a.example", "https://ba.example", false],
    [".a.example", "https://ba.example", false],
    ["a.example", "https://a.example.evil", false],
    ["example", "https://a.example", true],
    ["ample", "https://a.example", false],
    ["b.example a.example", "https://a.example", true],
    ["b.example\ta.example", "https://a.example", true],
    ["a.example:443", "https://a.example", true],
    ["a.example:443", "https://a.example:8443", false],
    ["a.example:8443", "https://a.example:8443", true],
    ["a.example:80", "http://a.example", true],
    ["a_b.example", "https://a_b.example", true],
    ["10.0.0.1", "https://10.0.0.1", true],
    ["10.0.0.1:443", "https://10.0.0.1", true],
    ["10.0.0.1:80", "https://10.0.0.1", false],
    ["10.0.0.1", "https://10.0.0.10", false],
    ["1", "https://10.0.0.1", false],
    ["0.0.1", "https://10.0.0.1", false],
    ["10.0.0.0/8", "https://10.255.0.1", true],
    ["10.1.2.3/8", "https://10.255.0.1", true],
    ["10.0.0.0/8", "https://11.0.0.1", false],
    ["0.0.0.0/0", "https://11.0.0.1", true],
    ["0.0.0.0/0", "https://a.example", false],
    ["10.0.0.0/8", "https://10.example", false],
    ["2001:db8::1", "https://[2001:db8::1]", true],
    ["2001:DB8:0::1", "https://[2001:db8::1]", true],
    ["[2001:db8::1]", "https://[2001:db8::1]", true],
    ["[2001:db8::1]:443", "https://[2001:db8::1]", true],
    ["[2001:db8::1]:8443", "https://[2001:db8::1]", false],
    ["2001:db8::/32", "https://[2001:db8:1::1]", true],
    ["2001:db8::/32", "https://[2001:db9::1]", false],
  ])("%j excepts %s: %p", (text, url, expected) => {
    const { matches, oddEntries } = parseNoProxy(text);
    expect([matches(new URL(url)), oddEntries]).toEqual([expected, 0]);
  });

  test.each([
    "10.0.0.0/33",
    "2001:db8::/129",
    "a.example/8",
    "https://a.example",
    "a..b",
    ".",
    "a*b",
    "10.*",
    "!a.b",
    ":443",
  ])("%j is of no known form", (text) => {
    expect(parseNoProxy(`a.example,${text}`).oddEntries).toBe(1);
    expect(parseNoProxy(text).matches(new URL("https://a.example"))).toBe(false);
  });

  test("of a hundred thousand entries costs little", () => {
    const text = Array.from({ length: 100_000 }, (_, index) => `h${index}.example`).join(",");
    expect(parseNoProxy(text).matches(new URL("https://h99999.example"))).toBe(true);
  });
});
