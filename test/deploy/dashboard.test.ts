import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createApiKey } from "../../src/caller/api-keys.js";
import { issue } from "../support/certificates.js";
import { withEmulator } from "../support/emulator.js";
import { type TestGateway, withGateway } from "../support/gateway.js";
import { withIssuer } from "../support/issuer.js";
import { testWithPromtool } from "../support/promtool.js";
import { closedPort } from "../support/sockets.js";
import { audience, bearer, claimsOf, forgeToken, makeKey, signToken } from "../support/tokens.js";
import { textOf } from "./files.js";
import { type Course, expectAnswers, type Query } from "./rules.js";

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const dashboard = JSON.parse(textOf("deploy/grafana/dashboard.json"));
const panels: readonly Panel[] = dashboard.panels;

/** As Grafana fills them in. */
const filledIn = (text: string) =>
  text.replaceAll("$__rate_interval", "5m").replaceAll("$job", "amity-graphql").replaceAll("$instance", ".*");

const queries: readonly Query[] = panels.flatMap(({ targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({
    expr: filledIn(expr),
    labels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label),
  })),
);

/** What the page's variables offer: the values of a label. */
const choices: readonly Query[] = dashboard.templating.list.flatMap(({ query }: { query: string }) => {
  const [, expr, label] = /^label_values\((.*), (\w+)\)$/.exec(filledIn(query)) ?? [];
  return expr && label ? [{ expr, labels: [label] }] : [];
});

let course: Course | undefined;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  course = await scrapeOfEverything();
});
afterAll(() => rm(folder, { recursive: true }));

/** A gateway that has all that any metric tells of, and a caller. */
async function scrapeOfEverything(): Promise<Course | undefined> {
  let seen: Course | undefined;
  const [key, scrapes] = [await makeKey("EdDSA"), [] as { text: string; at: number }[]];
  const scrape = async ({ send }: TestGateway) => {
    scrapes.push({ text: (await send("/metrics")).text, at: Date.now() });
  };
  await withIssuer({ keys: [key] }, async ({ url: issuer }) => {
    await withEmulator({ mtls: true }, async (emulator) => {
      const { cert, key: certificateKey } = await issue(emulator, "gateway");
      const apiKeys = JSON.stringify([createApiKey({ id: "billing", scopes: [] }).entry]);
      const env = {
        AMITY_EU_BASE_URL: emulator.url,
        AMITY_EU_API_KEY: emulator.apiKey,
        AMITY_EU_SERVER_KEY_FILE: await file("server-key", emulator.serverKey),
        AMITY_EU_ADMIN_TOKEN: forgeToken({ alg: "HS256" }, { exp: 4_000_000_000 }, () => Buffer.alloc(32)),
        AMITY_MTLS_CERT_FILE: await file("cert", cert),
        AMITY_MTLS_KEY_FILE: await file("key", certificateKey),
        AMITY_MTLS_CA_FILE: await file("ca", emulator.ca ?? ""),
        AUDIT_FILE: join(folder, "audit.jsonl"),
        REDIS_URL: `redis://127.0.0.1:${await closedPort()}`,
        AUTH_MODE: "jwt,apikey",
        AUTH_API_KEYS_FILE: await file("keys.json", apiKeys),
        AUTH_JWT_ISSUER: issuer,
        AUTH_JWT_AUDIENCE: audience,
      };
      await withGateway({ env }, async (gateway) => {
        await scrape(gateway);
        const alice = bearer(await signToken(key, claimsOf(issuer, Date.now())));
        const { body } = await gateway.ask("{ authToken { userId } }", {}, alice);
        expect(body).toEqual({ data: { authToken: { userId: "alice" } } });
        await scrape(gateway);
      });
    });
  });
  const [before, ...during] = scrapes;
  if (before) seen = { before, during };
  return seen;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function scraped(): Course {
  if (!course) throw new Error("nothing was scraped");
  return course;
}

describe("the dashboard", () => {
  testWithPromtool("has an answer for every query, with the labels of its legend", () => {
    expectAnswers(scraped(), queries);
  });

  testWithPromtool("offers jobs and gateways that exist", () => {
    expect(choices).toHaveLength(2);
    expectAnswers(scraped(), choices);
  });

  test("shows every metric of the gateway's own", () => {
    const names = [...scraped().before.text.matchAll(/^# TYPE ((?:amity|http)_\S+)/gm)].map(([, name = ""]) => name);
    const asked = queries.map(({ expr }) => expr).join();
    const elsewhere = ["amity_admin_token_issued_timestamp_seconds"];
    expect(names.filter((name) => !asked.includes(name) && !elsewhere.includes(name))).toEqual([]);
  });

  test("has its panels beside each other", () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});
