import { resolve } from "node:path";
import { parseArgs, types } from "node:util";
import { parseFaults, splitFaultSpec } from "../emulator/faults/fault.js";
import type { EmulatorOptions } from "../emulator/server.js";

/** Amity's own window for its rate limit (docs.social.plus, technical FAQ). */
const rateLimitWindowMs = 5_000;

/** What --help prints. */
export const help = `Usage: amity-graphql emulator [options]

Runs a stand-in for one Amity network on this machine and prints the settings that point a gateway at it.
Every key and token here is fake: it opens nothing but this emulator. Do not give it real ones,
since arguments can be read in the list of processes.

  --host H            address to listen on (default 127.0.0.1)
  --port N            port to listen on (default 0: any free one)
  --api-key K         fake API key (default: made up)
  --server-key K      fake server key (default: made up)
  --admin-token T     fake admin token (default: made up)
  --control-key K     what opens the control routes and the inspector (default: made up)
  --visitor-secret K  fake visitor application secret (default: made up)
  --insecure          secure mode off: sessions need no auth token
  --secure-visitors   visitors need a signature made with the visitor secret
  --single-use        an auth token opens one session only
  --same-device M     what a session does to its user's others on that device: keep (default) or revoke
  --no-session-times  sessions tell neither when they were issued nor when they expire
  --rate-limit N      at most N requests of a user in 5 seconds (default: no limit)
  --mtls              HTTPS; token routes and admin routes need a client certificate
  --ca-out FILE       with --mtls: write the certificate of the emulator's own authority there
  --fault SPEC        what goes wrong, as KIND[,NAME=VALUE...]; may be repeated
  --help              print this text

A --fault is, for example, latency,ms=300 or status,status=503,route=token,times=5; docs/emulator.md lists the kinds.
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

/** What the command line asks for. */
export interface Command {
  readonly options: EmulatorOptions;
  /** Absolute path for the authority's certificate. */
  readonly caFile: string | undefined;
}

/** Reads the command line. Throws UsageError, or RangeError for a fault that there is not. */
export function readArguments(argv: readonly string[]): Command | "help" {
  const values = parse(argv);
  if (values.help) return "help";
  const { mtls, "ca-out": caFile } = values;
  if (mtls ? !caFile : caFile !== undefined) throw new UsageError("--mtls and --ca-out go together");
  return { options: readOptions(values), caFile: caFile && resolve(caFile) };
}

function readOptions(values: ReturnType<typeof parse>): EmulatorOptions {
  return {
    ...(values.host !== undefined && { host: values.host }),
    ...(values.port !== undefined && { port: wholeNumber("--port", values.port, 0, 65_535) }),
    ...(values["api-key"] !== undefined && { apiKey: values["api-key"] }),
    ...(values["server-key"] !== undefined && { serverKey: values["server-key"] }),
    ...(values["admin-token"] !== undefined && { adminToken: values["admin-token"] }),
    ...(values["control-key"] !== undefined && { controlKey: values["control-key"] }),
    ...(values["visitor-secret"] !== undefined && { visitorSecret: values["visitor-secret"] }),
    ...(values["same-device"] !== undefined && { sameDevice: sameDevice(values["same-device"]) }),
    ...(values["rate-limit"] !== undefined && { rateLimit: rateLimit(values["rate-limit"]) }),
    secureMode: !values.insecure,
    secureVisitorMode: values["secure-visitors"] ?? false,
    sessionTimes: !values["no-session-times"],
    singleUseAuthTokens: values["single-use"] ?? false,
    mtls: values.mtls ?? false,
    faults: parseFaults((values.fault ?? []).map(splitFaultSpec)),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    host: text,
    port: text,
    "api-key": text,
    "server-key": text,
    "admin-token": text,
    "control-key": text,
    "visitor-secret": text,
    "secure-visitors": flag,
    "same-device": text,
    "no-session-times": flag,
    insecure: flag,
    "single-use": flag,
    "rate-limit": text,
    mtls: flag,
    "ca-out": text,
    fault: { type: "string", multiple: true },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(types.isNativeError(error) ? error.message.split("\n", 1)[0] : "wrong arguments");
  }
}

function rateLimit(text: string) {
  return { requests: wholeNumber("--rate-limit", text, 1, 1_000_000), windowMs: rateLimitWindowMs };
}

function sameDevice(value: string): "keep" | "revoke" {
  if (value === "keep" || value === "revoke") return value;
  throw new UsageError("--same-device must be keep or revoke");
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}`);
}
