import { getHeapStatistics } from "node:v8";
import underPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors/app-error.js";
import { sendFailure } from "./failures.js";
import { isGraphqlRequest } from "./paths.js";

/** A heap fuller than this collects garbage all the time, and the next step is the end of the process. */
const heapShare = 0.85;

/** Answers operations with 503 while the process is too busy to serve them; health checks go on. */
export function addLoadShedding(server: FastifyInstance, maxEventLoopDelay: number): void {
  server.register(underPressure, {
    maxEventLoopDelay,
    maxHeapUsedBytes: heapShare * getHeapStatistics().heap_size_limit,
    pressureHandler: (request, reply) => {
      if (isGraphqlRequest(request)) sendFailure(request, reply, new AppError("OVERLOADED"));
    },
  });
}
