import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/config.js";
import { livezPath, metricsPath, readyzPath } from "../../src/server/paths.js";
import { exposedPorts, filesIn, imageEnv, textOf, yamlOf } from "./files.js";

const folder = "deploy/kubernetes";

// biome-ignore lint/suspicious/noExplicitAny: manifests of every shape
type Manifest = any;

const require = createRequire(import.meta.url);

const manifests: readonly Manifest[] = filesIn(folder).flatMap((name) => yamlOf(`${folder}/${name}`));

function one(kind: string): Manifest {
  const [manifest, ...others] = manifests.filter((each) => each.kind === kind);
  expect([manifest?.kind, others]).toEqual([kind, []]);
  return manifest;
}

const deployment = one("Deployment");
const pod = deployment.spec.template.spec;
const [gateway] = pod.containers;
const settings: Readonly<Record<string, string>> = one("ConfigMap").data;
const own: readonly { readonly name: string; readonly value: string }[] = gateway.env;

function validate(manifest: Manifest): void {
  const { [manifest.kind]: Model } = require(`kubernetes-models/${manifest.apiVersion}`);
  new Model(manifest).validate();
}

type Path = readonly string[];

/** Every field, however deep. */
function pathsOf(value: Manifest): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

/** The same with something in one field that no field that is known may hold. */
function withOddity(value: Manifest, [key = "", ...rest]: Path): Manifest {
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = rest.length === 0 ? () => {} : withOddity(value[key], rest);
  return copy;
}

describe("the manifests for Kubernetes", () => {
  test.each(manifests.map((manifest): [string, Manifest] => [manifest.kind, manifest]))(
    "fit the schema of %s",
    (_kind, manifest) => {
      expect(() => validate(manifest)).not.toThrow();
    },
  );

  // The schemas let unknown fields pass.
  test.each(manifests.map((manifest): [string, Manifest] => [manifest.kind, manifest]))(
    "have no field that %s does not know",
    (_kind, manifest) => {
      const unknown = pathsOf(manifest).filter((path) => {
        try {
          validate(withOddity(manifest, path));
          return true;
        } catch {
          return false;
        }
      });
      expect(unknown).toEqual([]);
      const misspelled = { ...manifest, metadata: { ...manifest.metadata, naem: "x" } };
      expect(() => validate(withOddity(misspelled, ["metadata", "naem"]))).not.toThrow();
    },
  );

  test("give settings that the gateway takes without a word", async () => {
    const files = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    const env: Record<string, string> = { ...imageEnv(), ...settings };
    for (const { name, value } of own) {
      env[name] = join(files, basename(value));
      await writeFile(env[name], `canary-${basename(value)}`);
    }
    const { config, problems, warnings } = loadConfig(env);
    await rm(files, { recursive: true });
    expect([problems, warnings]).toEqual([[], []]);
    expect(config?.auth.mode).toBe("credentials");
  });

  test("find each other by the same labels", () => {
    const labels = deployment.spec.template.metadata.labels;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    expect(one("Service").spec.selector).toEqual(labels);
    expect(one("PodDisruptionBudget").spec.selector.matchLabels).toEqual(labels);
    expect(one("NetworkPolicy").spec.podSelector.matchLabels).toEqual(labels);
    for (const { labelSelector } of pod.topologySpreadConstraints) expect(labelSelector.matchLabels).toEqual(labels);
    const { kind, name, apiVersion } = one("HorizontalPodAutoscaler").spec.scaleTargetRef;
    expect([kind, name, apiVersion]).toEqual([deployment.kind, deployment.metadata.name, deployment.apiVersion]);
    expect(gateway.envFrom).toEqual([{ configMapRef: { name: one("ConfigMap").metadata.name } }]);
  });

  test("use the ports and paths that the image has", () => {
    const env = imageEnv();
    expect(gateway.ports.map(({ containerPort }: Manifest) => String(containerPort)).sort()).toEqual(exposedPorts());
    const numbers = Object.fromEntries(gateway.ports.map((port: Manifest) => [port.name, String(port.containerPort)]));
    expect(numbers).toEqual({ http: env["PORT"], admin: env["ADMIN_PORT"] });
    const probes = [gateway.startupProbe, gateway.livenessProbe, gateway.readinessProbe];
    expect(probes.map(({ httpGet }) => [httpGet.path, httpGet.port])).toEqual([
      [livezPath, "admin"],
      [livezPath, "admin"],
      [readyzPath, "admin"],
    ]);
    const { annotations } = deployment.spec.template.metadata;
    expect([annotations["prometheus.io/path"], annotations["prometheus.io/port"]]).toEqual([
      metricsPath,
      numbers.admin,
    ]);
    expect(one("Service").spec.ports[0].targetPort).toBe("http");
    expect(one("NetworkPolicy").spec.ingress.map(({ ports }: Manifest) => ports[0].port)).toEqual(["http", "admin"]);
  });

  test("wait longer for a pod's end than it may take", () => {
    const mostMs = Number(settings["SHUTDOWN_DELAY_MS"]) + Number(settings["DRAIN_MS"]);
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThanOrEqual(mostMs + 5_000);
    const noticedMs = gateway.readinessProbe.periodSeconds * gateway.readinessProbe.failureThreshold * 1_000;
    expect(Number(settings["SHUTDOWN_DELAY_MS"])).toBeGreaterThan(noticedMs);
  });

  test("let the gateway do as little as it needs", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(textOf("Dockerfile")).toContain(`USER ${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}\n`);
    expect(gateway.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect([pod.automountServiceAccountToken, pod.enableServiceLinks]).toEqual([false, false]);
  });

  test("hold no secret: each is a file of the volume", () => {
    const [{ mountPath, subPath }] = gateway.volumeMounts;
    expect(subPath).toBeUndefined();
    for (const { name, value } of own) {
      expect([name, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringContaining(`${mountPath}/`)]);
    }
    expect(Object.keys(settings).filter((name) => /KEY|TOKEN|SECRET|PASSWORD/.test(name))).toEqual([]);
  });
});
