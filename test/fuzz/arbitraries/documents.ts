import fc from "fast-check";
import { canary } from "../target.js";
import { edited, mostly, oddTexts } from "./texts.js";

interface FieldKind {
  /** Each by its name, or as `name=kind` where several fields have another one of that name. */
  readonly args?: readonly string[];
  readonly of?: string;
}

/** The fields of each type that lead somewhere, with the kinds of their arguments; others are leaves. */
export const documentTypes: Readonly<Record<string, Readonly<Record<string, FieldKind>>>> = {
  Query: {
    regions: { of: "Region" },
    region: { args: ["code"], of: "Region" },
    authToken: { args: ["userId", "region"], of: "AuthToken" },
    sessionStatus: { args: ["accessToken", "region"], of: "SessionStatus" },
    user: { args: ["userId", "region"], of: "UserProfile" },
    users: { args: ["userIds", "region"], of: "UserProfile" },
    visitorSignature: { args: ["deviceId", "region"], of: "VisitorSignature" },
    __schema: { of: "__Schema" },
    __type: { args: ["name"], of: "__Type" },
  },
  Mutation: {
    createSession: { args: ["input"], of: "Session" },
    createVisitorSession: { args: ["input=device"], of: "Session" },
    revokeSession: { args: ["input=held"], of: "Revocation" },
    revokeUserSessions: { args: ["input=whose"], of: "Revocation" },
    upsertUser: { args: ["input=user"], of: "User" },
  },
  Region: { code: {}, name: {}, endpoint: {}, endpoints: {}, isConfigured: {}, status: {}, mutualTls: {} },
  AuthToken: { token: {}, userId: {}, region: {}, issuedAt: {}, expiresAt: {}, refreshAfter: {} },
  Session: { accessToken: {}, userId: {}, user: { of: "User" }, users: { of: "User" }, issuedAt: {}, refreshAfter: {} },
  User: { userId: {}, displayName: {}, roles: {}, metadata: {}, hashFlag: { of: "HashFlag" }, isDeleted: {} },
  UserProfile: { userId: {}, displayName: {}, isBrand: {}, isDeleted: {}, region: {} },
  SessionStatus: { state: {}, checkedAt: {}, userId: {} },
  VisitorSignature: { authSignature: {}, authSignatureExpiresAt: {}, refreshAfter: {}, region: {} },
  Revocation: { revoked: {} },
  HashFlag: { bits: {}, hash: {} },
  __Schema: { types: { of: "__Type" }, queryType: { of: "__Type" } },
  __Type: { kind: {}, ofType: { of: "__Type" }, fields: { of: "__Field" }, name: {} },
  __Field: { name: {}, type: { of: "__Type" }, args: { of: "__Field" } },
};

const variables = ["$userId", "$userIds", "$accessToken", "$region", "$input", "$user", "$flag", "$nobody"];

/** Values as documents have them; what would be a secret is in them all. */
const literals = fc.letrec<{ value: string; list: string; object: string; deep: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...variables, "EU", "SG", "null", "true", '"alice"', `"${canary}"`, `"""${canary}"""`, '"EU"'),
    fc.constantFrom("0", "-1", "1e400", "0.1e-400", "2147483648", `${"9".repeat(400)}`, "-0"),
    oddTexts.map((text) => JSON.stringify(text)),
    oddTexts.map((text) => `"""${text.replaceAll('"""', '\\"""')}"""`),
    tie("list"),
    tie("object"),
    tie("deep"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(" ")}]`),
  object: fc
    .array(
      fc.tuple(
        fc.constantFrom("userId", "deviceId", "authToken", "region", "deviceInfo", "kind", "metadata", "roles", "odd"),
        tie("value"),
      ),
      { maxLength: 4 },
    )
    .map((members) => `{${members.map(([name, value]) => `${name}: ${value}`).join(", ")}}`),
  deep: fc.integer({ min: 2, max: 600 }).map((depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`),
})).value;

/** Values that fit, mostly. */
const fitting: Readonly<Record<string, fc.Arbitrary<string>>> = {
  code: oneOf("EU", "SG"),
  region: oneOf("EU", "$region", "null"),
  userId: oneOf('"alice"', "$userId", "null", `"${canary}"`),
  input: oneOf("$input", '{deviceId: "d"}', '{deviceId: "d", userId: "alice", deviceInfo: {kind: WEB}}'),
  userIds: oneOf("$userIds", '["alice", "bob", "alice"]', "[]", '"bob"', `["${canary}", 7]`),
  accessToken: oneOf("$accessToken", '"a"', `"${canary}"`),
  deviceId: oneOf('"d"', `"${canary}"`, '"d&authSignatureExpiresAt="'),
  device: oneOf('{deviceId: "d"}', '{deviceId: "d", deviceInfo: {kind: WEB}}'),
  held: oneOf('{accessToken: "a"}', "{accessToken: $accessToken, region: EU}"),
  whose: oneOf("{}", '{userId: "alice"}', "{userId: $userId, region: EU}"),
  user: oneOf("$user", '{userId: "bob", roles: ["r"]}', '{userId: "bob", metadata: {a: [1, 2.5, {b: $flag}]}}'),
  name: oneOf('"Region"', '"Query"', '"Nobody"'),
};

function oneOf(...texts: string[]): fc.Arbitrary<string> {
  return mostly(fc.constantFrom(...texts), literals);
}

const conditions = mostly(fc.constantFrom("true", "false", "$flag"), fc.constantFrom("$nobody", '"yes"'));
const directives = mostly(
  fc.constant(""),
  fc
    .tuple(mostly(fc.constantFrom("@skip", "@include"), fc.constantFrom("@defer", "@odd")), conditions)
    .map(([name, on]) => ` ${name}(if: ${on})`),
);
/** Of many, so that two fields of one name seldom meet. */
const aliases = fc.nat({ max: 999 }).map((number) => `a${number}: `);

/** A field of a type with its arguments and what is selected of it. `levels`: how many may be below. */
function fieldOf(name: string, { args = [], of }: FieldKind, levels: number): fc.Arbitrary<string> {
  const given = args.map((arg) => {
    const [name = "", kind = name] = arg.split("=");
    return mostly(
      (fitting[kind] ?? literals).map((value) => `${name}: ${value}`),
      fc.constant(""),
    );
  });
  const inner = of === undefined ? fc.constant("") : selectionsOf(of, levels - 1);
  const alias = args.length > 0 ? aliases : mostly(fc.constant(""), aliases);
  return fc.tuple(alias, fc.tuple(...given), directives, inner).map(([before, texts, directive, below]) => {
    const list = texts.filter((text) => text !== "").join(", ");
    return `${before}${name}${list && `(${list})`}${directive} ${below}`;
  });
}

/** A selection set of a type. `levels`: how many may be below it. */
function selectionsOf(type: string, levels: number): fc.Arbitrary<string> {
  const kinds = Object.entries(documentTypes[type] ?? {}).filter(([, { of }]) => of === undefined || levels > 0);
  const fields = fc.oneof(fc.constant("__typename"), ...kinds.map(([name, kind]) => fieldOf(name, kind, levels)));
  const inline = fc.tuple(directives, fields).map(([directive, one]) => `... on ${type}${directive} { ${one} }`);
  const spread = fc.constantFrom(`...F0${type}`, `...F1${type}`);
  const odd = fc.constantFrom("...Nobody", "nobody", "name { code }", "__typename @odd", "...F0User", "{ code }");
  const usual = fc.oneof({ weight: 12, arbitrary: fields }, inline, spread);
  return fc.array(mostly(usual, odd, 40), { minLength: 1, maxLength: 4 }).map((all) => `{ ${all.join(" ")} }`);
}

const variableTypes = {
  userId: "ID!",
  userIds: "[ID!]!",
  accessToken: "String!",
  region: "RegionCode = EU",
  input: "CreateSessionInput!",
  user: "UpsertUserInput!",
  flag: "Boolean! = true",
};

/** Fragments that are spread, by their names: each may spread others, itself too. */
const fragments = Object.fromEntries(
  ["Query", "Region", "Session", "User", "UserProfile", "__Type"].flatMap((type) =>
    ["F0", "F1"].map((name) => [
      `${name}${type}`,
      selectionsOf(type, 1).map((set) => `fragment ${name}${type} on ${type} ${set}`),
    ]),
  ),
);

/** A document around this selection set: it declares the variables that are used, and the fragments that are spread. */
function around(type: string, set: string, more: Readonly<Record<string, string>>): string {
  const used = Object.entries(more).filter(([name]) => set.includes(`...${name}`));
  const whole = [set, ...used.map(([, text]) => text)].join("\n");
  const needed = Object.entries(variableTypes).filter(([name]) => new RegExp(`\\$${name}\\b`).test(whole));
  const declared = needed.map(([name, of]) => `$${name}: ${of}`).join(", ");
  return `${type.toLowerCase()} Q${declared && `(${declared})`} ${whole}`;
}

const operations = fc.oneof(
  ...(["Query", "Mutation"] as const).map((type) =>
    fc.tuple(selectionsOf(type, 4), fc.record(fragments)).map(([set, more]) => around(type, set, more)),
  ),
);

/** The same piece again and again: what grows without a bound elsewhere. */
const repeated = fc
  .tuple(
    fc.constantFrom(
      "{ regions ",
      "...F0 ",
      "a: __typename ",
      "@skip(if: true) ",
      "# \n",
      "[",
      '"',
      "fragment F on Region ",
    ),
    fc.integer({ min: 2, max: 5_000 }),
  )
  .map(([piece, count]) => piece.repeat(count));

const more = fc.constantFrom(
  "{ regions { code } }",
  "query Q { __typename }",
  "type A { a: B }",
  "extend schema @odd",
  canary,
);

/** Documents near the valid ones, and changed ones: a comment may hold what is secret, too. */
export const documents = edited(
  fc.tuple(operations, mostly(fc.constant(""), more)).map((parts) => [...parts, `# ${canary}`].join("\n")),
  4,
  fc.oneof({ weight: 3, arbitrary: oddTexts }, literals, repeated),
);
