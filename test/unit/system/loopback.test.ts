import { describe, expect, test } from "@jest/globals";
import { isLoopbackHost, isTrustedUrl } from "../../../src/system/loopback.js";

describe("a host on this machine", () => {
  test.each([
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.0.0.0",
    "127.1.2.3",
    "127.255.255.255",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
  ])("is %s", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
});

describe("a host elsewhere", () => {
  test.each([
    "",
    "0.0.0.0",
    "::",
    "126.255.255.255",
    "128.0.0.0",
    "192.168.0.1",
    "169.254.169.254",
    "::2",
    "::ffff:10.0.0.1",
    "localhost.",
    "localhost.evil.example",
    "evil.localhost",
    "evillocalhost",
    "localhost:80",
    "127.0.0.1.evil.example",
    "127.0.0.1:80",
    "127.1",
    "2130706433",
    "0x7f000001",
    "127.0.0.1.",
    " 127.0.0.1",
    "[127.0.0.1",
    "::1]",
  ])("is %j", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe("a URL", () => {
  test.each(["https://api.example", "https://127.0.0.1", "http://127.0.0.1:1/x", "http://[::1]", "http://localhost"])(
    "%s is trusted",
    (url) => {
      expect(isTrustedUrl(new URL(url))).toBe(true);
    },
  );

  test.each(["http://api.example", "http://0.0.0.0", "ftp://127.0.0.1", "ws://localhost", "file:///etc/passwd"])(
    "%s is not trusted",
    (url) => {
      expect(isTrustedUrl(new URL(url))).toBe(false);
    },
  );
});
