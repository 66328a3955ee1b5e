import { readFileSync } from "node:fs";
import fc from "fast-check";
import { canary } from "../target.js";
import { jsonTexts, objectOf, objectWith } from "./json.js";
import { edited, mostly, oddTexts } from "./texts.js";

/** One of these texts, or now and then any JSON. */
function oneOf(...texts: string[]): fc.Arbitrary<string> {
  return mostly(fc.constantFrom(...texts), jsonTexts);
}

const secret = `"${canary}"`;
const userIds = oneOf('"alice"', '"alice"', '"alice"', "null", '"bob"');
const regions = oneOf('"EU"', '"EU"', '"EU"', "null", '"SG"', secret);
const deviceInfo = objectWith({ kind: oneOf('"WEB"'), model: oneOf('"m"'), sdkVersion: oneOf('"7.0.0"') });
const input = objectWith({
  userId: userIds,
  deviceId: oneOf('"device-1"', secret),
  displayName: oneOf('"Alice"', "null"),
  authToken: oneOf('"a-token"', "null"),
  region: regions,
  deviceInfo: mostly(deviceInfo, jsonTexts),
});

const accessTokens = oneOf('"an-access-token"', secret);
const deviceIds = oneOf('"device-1"', secret, '"d&authSignatureExpiresAt="');
const user = objectWith({
  userId: oneOf('"bob"', '"bob"', '"alice"', secret),
  displayName: oneOf('"Bob"', "null", secret),
  roles: oneOf('["r"]', "[]", "null"),
  metadata: mostly(objectOf(oddTexts, jsonTexts), jsonTexts),
  avatarFileId: oneOf('"f"', "null"),
  avatarCustomUrl: oneOf('"https://cdn.example/a"', "null"),
  description: oneOf('"two\\nlines"', "null"),
  region: regions,
});
const several = fc.array(userIds, { maxLength: 200 }).map((all) => `[${all.join()}]`);

/** The operations of the schema's folder, each with its variables: near those that fit, or anything. */
const operations = Object.entries({
  "auth-token": { userId: userIds, region: regions },
  "create-session": { input: mostly(input, jsonTexts) },
  region: { code: oneOf('"EU"', '"SG"') },
  user: { userId: userIds, region: regions },
  users: { userIds: mostly(several, jsonTexts), region: regions },
  "upsert-user": { input: mostly(user, jsonTexts) },
  "session-status": { accessToken: accessTokens, region: regions },
  "revoke-session": { accessToken: accessTokens, region: regions },
  "revoke-user-sessions": { userId: userIds, region: regions },
  "visitor-signature": { deviceId: deviceIds, region: regions },
  "create-visitor-session": {
    input: mostly(objectWith({ deviceId: deviceIds, region: regions, deviceInfo }), jsonTexts),
  },
}).map(([file, members]) => {
  const text = readFileSync(new URL(`../../../schema/operations/${file}.graphql`, import.meta.url), "utf8");
  const anything = fc.oneof(jsonTexts, objectOf(oddTexts, jsonTexts));
  return objectWith({
    query: mostly(fc.constant(JSON.stringify(text)), jsonTexts, 40),
    variables: mostly(objectWith(members), anything),
    operationName: mostly(fc.constant("null"), fc.oneof(fc.constant('"FetchAuthToken"'), jsonTexts)),
    extensions: mostly(fc.constant("{}"), jsonTexts, 30),
  });
});

/** Bodies with every kind of variables, and how they become bytes: some are no UTF-8. */
export const bodies = fc.record<{ text: string; encoding: BufferEncoding }>({
  text: edited(fc.oneof(...operations), 6),
  encoding: mostly(fc.constant("utf8"), fc.constantFrom("latin1", "utf16le"), 20),
});
