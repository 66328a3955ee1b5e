import { describe, expect, test } from "@jest/globals";
import { addressFinder } from "../../../src/server/client-address.js";

const proxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48", "::ffff:198.51.100.0/120", "fe80::1%eth0"];

describe("the client's address", () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ["is the socket's", "203.0.113.2", undefined, "203.0.113.2"],
    ["is the socket's on a server of both families", "::ffff:203.0.113.2", undefined, "203.0.113.2"],
    ["is the socket's whatever a stranger tells", "203.0.113.2", "192.0.2.1", "203.0.113.2"],
    ["is what a trusted proxy tells", "127.0.0.1", "192.0.2.1", "192.0.2.1"],
    ["is what a proxy mapped into IPv6 tells", "::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"],
    ["is what a proxy of a mapped range tells", "198.51.100.7", "192.0.2.1", "192.0.2.1"],
    ["is what a proxy of a range tells", "2001:db8:ffff::9", "2001:DB8::5", "2001:db8::5"],
    ["is what a proxy on the link tells", "fe80::1%eth0", "192.0.2.1", "192.0.2.1"],
    ["has no port", "127.0.0.1", "203.0.113.2:50000", "203.0.113.2"],
    ["is told through several proxies", "127.0.0.1", "192.0.2.1, 10.1.1.1:80, [::ffff:10.2.2.2]:81", "192.0.2.1"],
    ["is none that the client made up", "127.0.0.1", "6.6.6.6, 192.0.2.1, 10.1.1.1", "192.0.2.1"],
    ["is none that the client made up as a proxy", "127.0.0.1", "10.9.9.9, 192.0.2.1", "192.0.2.1"],
    ["is the furthest proxy's when there are no others", "127.0.0.1", "10.1.1.1,10.2.2.2", "10.1.1.1"],
    ["is the proxy's behind `unknown`", "127.0.0.1", "unknown", "127.0.0.1"],
    ["is the proxy's behind a name made up", "127.0.0.1", "192.0.2.1, _hidden, 10.1.1.1", "10.1.1.1"],
    ["is the proxy's behind nothing", "127.0.0.1", "", "127.0.0.1"],
    ["is the proxy's behind a comma", "127.0.0.1", "192.0.2.1,", "127.0.0.1"],
    ["is empty without a socket", undefined, "192.0.2.1", ""],
  ])("%s", (_rule, socketAddress, forwardedFor, client) => {
    expect(addressFinder(proxies)(socketAddress, forwardedFor)).toBe(client);
  });

  test("is the socket's where no proxy is trusted", () => {
    expect(addressFinder([])("127.0.0.1", "192.0.2.1")).toBe("127.0.0.1");
  });
});
