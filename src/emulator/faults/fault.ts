import { z } from "zod";
import { routeKinds } from "../route-kind.js";

/** An hour: longer than any client waits. */
const maxMs = 3_600_000;

/** A header value that Node sends as it is. */
const headerText = z.string().regex(/^[\t\x20-\x7e]+$/, "must be visible ASCII");

const milliseconds = z.int().min(0).max(maxMs);

const common = z.strictObject({
  /** Which of Amity's routes it meets. */
  route: z.enum([...routeKinds, "all"]).default("all"),
  /** It ends after so many requests; absent: never. */
  times: z.int().min(1).optional(),
});

function kind<Name extends string>(name: Name) {
  return common.extend({ kind: z.literal(name) });
}

const unknownKind = { error: () => `must be a fault of one of the kinds ${kinds.join(", ")}` };

/** What can go wrong with one request. docs/emulator.md says what each kind does. */
const requestFault = z.discriminatedUnion(
  "kind",
  [
    kind("latency").extend({ ms: milliseconds }),
    kind("hang"),
    kind("drip").extend({ intervalMs: milliseconds.default(1_000), endless: z.boolean().default(false) }),
    kind("resetBeforeHeaders"),
    kind("resetAfterHeaders"),
    kind("resetMidBody"),
    kind("truncate"),
    kind("endlessBody"),
    kind("nonJson"),
    kind("wrongTypes"),
    kind("rateLimit").extend({ retryAfter: z.union([z.int(), headerText]).default(1) }),
    kind("status").extend({
      status: z.int().min(200).max(599),
      code: z.int().default(500_000),
      json: z.boolean().default(true),
    }),
    kind("redirect").extend({ location: headerText, status: z.literal([301, 302, 303, 307, 308]).default(301) }),
    kind("echoSecrets").extend({ status: z.int().min(400).max(599).default(500) }),
    kind("hugeHeader").extend({
      bytes: z.int().min(1).max(1_000_000).default(40_000),
      count: z.int().min(1).max(10_000).default(1),
    }),
    kind("gzip"),
    kind("keepAliveIdleClose").extend({ ms: milliseconds.min(1) }),
  ],
  unknownKind,
);

/** The one fault of connections, which no request can choose: the server shows a certificate that has expired. */
const startFault = z.discriminatedUnion(
  "kind",
  [...requestFault.options, z.strictObject({ kind: z.literal("serverCertificateExpired") })],
  unknownKind,
);

const kinds: readonly string[] = startFault.options.map(({ shape }) => shape.kind.value);

/** The faults of a running emulator. */
export const requestFaults = z.array(requestFault, "must be a list of faults.");

/** The kinds of faults of a running emulator, each as a JSON Schema of its fields. */
export const faultKinds: readonly object[] = requestFault.options.map((option) =>
  z.toJSONSchema(option, { io: "input" }),
);

/** A fault that meets requests, complete. */
export type RequestFault = z.output<typeof requestFault>;

/** The faults of some kinds. */
export type FaultOf<Kind extends RequestFault["kind"]> = Extract<RequestFault, { kind: Kind }>;

/** A fault that an emulator can start with, complete. */
export type Fault = z.output<typeof startFault>;

/** A fault as it is given: what has a default may be left out. */
export type FaultInput = z.input<typeof startFault>;

/** Reads the faults that an emulator starts with. Throws RangeError that names the bad fields. */
export function parseFaults(faults: readonly unknown[]): Fault[] {
  const result = z.array(startFault).safeParse(faults);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path: [index, ...path], message }) => {
    return `faults[${String(index)}]${path.map((name) => `.${String(name)}`).join("")}: ${message}`;
  });
  throw new RangeError(problems.join("; "));
}

/** Splits what a command line says, such as `latency,ms=200,route=token`, into the fields that `parseFaults` checks. */
export function splitFaultSpec(spec: string): Record<string, unknown> {
  const [kind, ...fields] = spec.split(",");
  const entries = fields.map((field) => {
    const [, name = field, value = ""] = /^([^=]*)=(.*)$/.exec(field) ?? [];
    return [name, plainValue(value)] as const;
  });
  return Object.fromEntries([["kind", kind], ...entries]);
}

function plainValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}
