import { AppError } from "../errors/app-error.js";
import { isLoopbackHost } from "../system/loopback.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { HttpRequest } from "./messages.js";
import { livezPath, metricsPath, readyzPath } from "./paths.js";
import type { Readiness } from "./readiness.js";
import type { Route } from "./routes.js";

const json = { "content-type": "application/json; charset=utf-8" };

/** What load balancers and orchestrators ask. */
export function healthRoutes(readiness: Readiness): readonly Route[] {
  const methods = ["GET", "HEAD"] as const;
  return [
    {
      methods,
      path: livezPath,
      answer: () => ({ status: 200, headers: json, body: JSON.stringify({ status: "ok" }) }),
    },
    {
      methods,
      path: readyzPath,
      async answer() {
        const status = await readiness.status();
        return { status: status === "ready" ? 200 : 503, headers: json, body: JSON.stringify({ status }) };
      },
    },
  ];
}

/** What Prometheus reads. `localOnly`: on the public port it is there for this machine alone. */
export function metricsRoute(metrics: Metrics, { localOnly }: { localOnly: boolean }): Route {
  return {
    methods: ["GET"],
    path: metricsPath,
    async answer(request) {
      if (localOnly && !isFromThisMachine(request)) throw new AppError("NOT_FOUND");
      const { contentType, body } = await metrics.text();
      return { status: 200, headers: { "content-type": contentType }, body };
    },
  };
}

/** A proxy on this machine connects from it too, and says for whom. */
function isFromThisMachine({ address, headers }: HttpRequest): boolean {
  const isForwarded = ["forwarded", "via", "x-forwarded-for", "x-real-ip"].some((name) => headers[name] !== undefined);
  return !isForwarded && isLoopbackHost(address);
}
