import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { CheckFailure, type Failure, failureOf, failures } from "../../../src/shared/failures.js";
import { Late } from "../../../src/system/in-time.js";

const coded = (code: string, text = `connect ${code} 10.0.0.1:6379`) => Object.assign(new Error(text), { code });
const behind = (error: Error) => Object.assign(new Error("Failed to refresh slots cache."), { lastNodeError: error });
const unwritable = new Error("Stream isn't writeable and enableOfflineQueue options is false");

/** What Redis, ioredis and Node say, as they were seen. */
test.each<[Failure, unknown, unknown?]>([
  ["wrong password", new Error("WRONGPASS invalid username-password pair or user is disabled.")],
  ["wrong password", new Error("NOAUTH HELLO must be called with the client already authenticated")],
  ["wrong password", unwritable, new Error("WRONGPASS invalid username-password pair")],
  ["not permitted", new Error("NOPERM this user has no permissions to run the 'evalsha' command")],
  ["not permitted", new Error("ERR The user executing the script can't run this command or subcommand script: 1")],
  ["no such database", new Error("ERR DB index is out of range")],
  ["read-only", new Error("READONLY You can't write against a read only replica. script: 1, on @user_script:1.")],
  ["read-only", new Error("ERR Error running script (call to f): -READONLY You can't write")],
  ["out of memory", new Error("OOM command not allowed when used memory > 'maxmemory'.")],
  ["disk failure", new Error("MISCONF Redis is configured to save RDB snapshots")],
  ["disk failure", new Error("NOREPLICAS Not enough good replicas to write.")],
  ["loading", new Error("LOADING Redis is loading the dataset in memory")],
  ["cluster down", new Error("CLUSTERDOWN The cluster is down")],
  ["another mode", new Error("MOVED 1234 10.0.0.2:6379")],
  ["another mode", behind(new Error("ERR This instance has cluster support disabled"))],
  ["no master", new Error("All sentinels are unreachable. Retrying from scratch after 500ms.")],
  ["no message", new CheckFailure("no message")],
  ["too slow", new Late()],
  ["unreachable", new Late(), coded("ECONNREFUSED")],
  ["unreachable", coded("ECONNREFUSED")],
  ["unreachable", coded("ETIMEDOUT", "connect ETIMEDOUT")],
  ["unreachable", coded("ENOTFOUND", "getaddrinfo ENOTFOUND redis")],
  ["unreachable", behind(coded("ECONNREFUSED"))],
  ["unreachable", unwritable],
  ["unreachable", new Error("Connection is closed.")],
  ["TLS failure", coded("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate")],
  ["TLS failure", coded("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames")],
  ["other", new Error("ERR something new")],
  ["other", "no error at all"],
])("it is %s", (failure, error, connectionError = undefined) => {
  expect(failureOf(error, connectionError)).toBe(failure);
});

test("the table of docs/operations.md has every reason in its words", () => {
  const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  const rows = Object.entries(failures).map(([name, { means, todo }]) => `| ${name} | ${means} | ${todo} |\n`);
  expect(page).toContain(rows.join(""));
});
