import { describe, expect, test } from "@jest/globals";
import { canonicalAddress, senderOf } from "../../../src/system/address.js";

describe("an address in its one text", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    [" 192.0.2.1\t", "192.0.2.1"],
    ["192.0.2.1:50000", "192.0.2.1"],
    ["192.0.2.1:", "192.0.2.1"],
    ['"192.0.2.1:50000"', "192.0.2.1"],
    ["[192.0.2.1]:80", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:0201", "192.0.2.1"],
    ["[::ffff:192.0.2.1]:443", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1%eth0", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ['"[2001:db8::1]"', "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["[fe80::1%25eth0]:443", "fe80::1"],
    ["::1", "::1"],
    ["::", "::"],
  ])("is, of %j, %s", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  test.each([
    "",
    "unknown",
    "_hidden",
    "_hidden:80",
    "localhost",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.1:x",
    "192.0.2.01",
  ])("is none of %j", (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });

  test.each([
    "2001:db8::1:443:x",
    "[2001:db8::1",
    "[unknown]:80",
    "1:2:3:4:5:6:7:8:9",
    "0x7f.1",
    "2130706433",
    "a\u0000",
  ])("is none of %j either", (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

describe("two addresses are of one sender", () => {
  test.each([
    ["in one /64", "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"],
    ["in the /64 of zeros", "::1", "::2"],
    ["in a /64 whose text is long", "1:0:2:3:4:5:6:7", "1::2:3:0:0:0:1"],
    ["under two ports", "203.0.113.2:50000", "203.0.113.2:50001"],
    ["mapped into IPv6 and not", "::ffff:203.0.113.2", "203.0.113.2"],
  ])("%s", (_how, one, other) => {
    expect(senderOf(one)).toBe(senderOf(other));
  });
});

describe("two addresses are of two senders", () => {
  test.each([
    ["in two /64", "2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["in IPv4", "203.0.113.2", "203.0.113.3"],
    ["both mapped into IPv6", "::ffff:203.0.113.2", "::ffff:203.0.113.3"],
    ["as zeros tell", "1::2:3:4:5:6:7", "1:2:3:4:5:6:7::"],
    ["as odd texts", "unknown", "_hidden"],
  ])("%s", (_how, one, other) => {
    expect(senderOf(one)).not.toBe(senderOf(other));
  });
});
