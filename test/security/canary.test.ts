import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { withGatewayProcess } from "../support/process.js";
import { type Answer, withUpstream } from "../support/upstream.js";

const canary = "C4N4RY";
const secrets = {
  AMITY_EU_API_KEY: `${canary}-api`,
  AMITY_EU_SERVER_KEY: `${canary}-server`,
  AMITY_EU_ADMIN_TOKEN: `${canary}-admin`,
  AMITY_EU_VISITOR_SECRET: `${canary}-visitor`,
  AUDIT_KEY: `${canary}-audit-of-16`,
};

/** What an upstream that echoes our secrets could do. */
const hostileAnswers: Answer[] = [
  (response, { headers }) => response.writeHead(401).end(JSON.stringify({ code: 1, message: headers["x-server-key"] })),
  (response, { headers }) => response.writeHead(422).end(JSON.stringify({ data: { detail: [headers] } })),
  (response, { headers }) => response.writeHead(500).end(JSON.stringify(headers)),
  (response, { headers }) => response.writeHead(200).end(JSON.stringify(headers)),
  (response, { headers }) =>
    response.writeHead(302, { location: `https://x.invalid/${headers["x-server-key"]}` }).end(),
  (response, { headers }) => response.writeHead(429, { "retry-after": String(headers["x-server-key"]) }).end(),
  (response) => response.destroy(),
];

test("no secret leaves in answers, logs, errors or the audit", async () => {
  const answers: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), "canary-"));
  const audit = join(folder, "audit");
  let step = 0;
  await withUpstream(
    (response, request) => hostileAnswers[step % hostileAnswers.length]?.(response, request),
    async ({ url }) => {
      const env = {
        ...secrets,
        AUDIT_FILE: audit,
        AMITY_EU_BASE_URL: url,
        AUTH_MODE: "none",
        VISITORS: "on",
        USER_PROFILES: "on",
        VISITOR_LIMIT_DEVICE: "0",
        LOG_LEVEL: "trace",
      };
      const { code, stdout, stderr } = await withGatewayProcess(env, async (endpoint) => {
        const operations = [
          { query: '{ authToken(userId: "a") { token } }' },
          {
            query: `mutation { createSession(input: { userId: "a", deviceId: "d", authToken: "${canary}-t" }) { accessToken } }`,
          },
          { query: `{ sessionStatus(accessToken: "${canary}-access") { state userId } }` },
          { query: `mutation { revokeSession(input: { accessToken: "${canary}-access" }) { revoked } }` },
          { query: 'mutation { revokeUserSessions(input: { userId: "a" }) { revoked } }' },
          { query: `{ region(code: "${canary}") { code } }` },
          { query: '{ visitorSignature(deviceId: "d") { authSignature authSignatureExpiresAt } }' },
          { query: 'mutation { createVisitorSession(input: { deviceId: "d" }) { accessToken } }' },
          { query: '{ user(userId: "a") { userId displayName } users(userIds: ["a", "b"]) { userId } }' },
          {
            query: `mutation { upsertUser(input: { userId: "a", displayName: "${canary}", roles: ["${canary}"], metadata: { a: "${canary}" }, avatarCustomUrl: "${canary}", description: "${canary}" }) { userId } }`,
          },
          { query: "query ($u: ID) { authToken(userId: $u) { token } }", variables: { u: [canary, canary] } },
        ];
        for (; step < hostileAnswers.length; step++) {
          for (const operation of operations) {
            const headers = { "content-type": "application/json", authorization: `Bearer ${canary}-jwt` };
            const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(operation) });
            answers.push(await response.text());
          }
        }
      });
      expect(code).toBe(0);
      expect(answers).toHaveLength(hostileAnswers.length * 11);
      const audited = await readFile(audit, "utf8");
      expect(audited).toContain('"operation":"upsertUser"');
      for (const text of [...answers, stdout, stderr, audited]) expect(text).not.toContain(canary);
      expect(stdout).toContain("check it and rotate it");
    },
  );
  await rm(folder, { recursive: true });
});
