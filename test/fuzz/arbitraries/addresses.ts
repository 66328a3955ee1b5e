import fc from "fast-check";
import { edited, headerTexts, mostly } from "./texts.js";

const plain = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc.constantFrom("127.0.0.1", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::", "fe80::1%eth0", "64:ff9b::192.0.2.1"),
);

/** An address as proxies write it: with a port, in brackets, in quotes, with a zone. */
const addresses = fc
  .tuple(plain, fc.nat({ max: 99_999 }))
  .chain(([address, port]) =>
    mostly(
      fc.constantFrom(
        address,
        ` ${address} `,
        `${address}:${port}`,
        `[${address}]`,
        `[${address}]:${port}`,
        `"${address}"`,
      ),
      fc.constantFrom(
        "unknown",
        "_hidden",
        `[${address}`,
        `${address}%${port}`,
        `"[${address}]:${port}"`,
        `${address}/8`,
        "",
      ),
    ),
  );

/** X-Forwarded-For headers, in Latin-1: addresses one after another, and what is near. */
export const forwardings = edited(
  fc.array(addresses, { minLength: 1, maxLength: 8 }).map((all) => all.join(",")),
  4,
  headerTexts,
);
