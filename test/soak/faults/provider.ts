import type { IssuerFault } from "../../support/issuer.js";
import { type Line, says } from "../log.js";
import type { World } from "../world.js";
import type { Fault, Lane } from "./fault.js";

/** What the identity provider does, and why its keys cannot be fetched then. */
const faults: Readonly<Record<IssuerFault, Line>> = {
  "is down": { reason: "ECONNRESET" },
  hangs: { reason: "timeout" },
  "hangs in the body": { reason: "timeout" },
  "answers 500": { reason: "unexpected status", status: 500 },
  "answers 204": { reason: "unexpected status", status: 204 },
  "sends HTML": { reason: "HTML page" },
  "sends 10 MB": { reason: "too large" },
  "sends a compressed 10 MB": { reason: "too large" },
  "sends half of it": { reason: "not JSON" },
  "sends keys in no list": { reason: "no discovery document" },
  "sends null": { reason: "no discovery document" },
  "sends UTF-16": { reason: /not UTF-8|not JSON/ },
  "sends no keys": { reason: "no discovery document" },
  "sends a list": { reason: "no discovery document" },
  "redirects to itself": { reason: "redirect" },
};

const cannotBeFetched = "the identity provider's keys cannot be fetched";

function described(world: World, name: string, document: object, reason: string): Fault {
  return {
    name: `the identity provider ${name}`,
    begin() {
      world.issuer.describe(document);
      return () => world.issuer.describe({});
    },
    named: says({ msg: cannotBeFetched, reason }),
  };
}

/** The identity provider fails, and changes its keys. */
export const provider: Lane = {
  faults: (world) => {
    const { issuer, callers } = world;
    return [
      ...(Object.entries(faults) as [IssuerFault, Line][]).map(
        ([fault, line]): Fault => ({
          name: `the identity provider ${fault}`,
          begin() {
            issuer.fail(fault);
            return () => issuer.fail(undefined);
          },
          named: says({ msg: cannotBeFetched, ...line }),
        }),
      ),
      described(world, "names another issuer", { issuer: "https://issuer.example" }, "another issuer"),
      described(world, "publishes keys by http", { jwks_uri: "http://issuer.example/keys" }, "not https"),
      {
        name: "the identity provider publishes no keys",
        begin() {
          issuer.publish();
          return () => callers.publish();
        },
        named: says({ msg: cannotBeFetched, reason: "no usable key" }),
      },
      {
        name: "the identity provider publishes an odd key",
        begin() {
          issuer.publish({ ...callers.key.jwk, x: "short" }, { kty: "oct", k: "c2hvcnQ", kid: "shared" });
          return () => callers.publish();
        },
        named: says({ reason: /odd key|no usable key/ }),
      },
      {
        name: "the identity provider signs with a key that it has not published",
        async begin() {
          await callers.rotate({ publish: false });
          return () => callers.publish();
        },
        named: says({ reason: "ERR_JWKS_NO_MATCHING_KEY" }),
      },
      {
        name: "callers' keys rotate",
        async begin() {
          await callers.rotate({ publish: true });
          return () => {};
        },
      },
    ];
  },
};
