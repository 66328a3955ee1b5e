import { paragraph, table } from "./markdown.mjs";

/**
 * Where the CPU of a request for regions goes: percent of the whole, by builds that answer after each layer, beside the
 * whole one in 7 interleaved rounds (Node.js 20, AUTH_MODE=none, no log). Measured by hand on 2026-11-26.
 */
const shares = [
  ["Node's HTTP server with a fixed answer, Fastify, the count of connections", 22],
  ["request id, times, metrics, headers of the answer", 10],
  ["guards, media types, context", 4],
  ["Apollo Server's pipeline with one plugin, SHA-256 of the document, JSON of the answer", 21],
  ["admission: variables, caller, root fields, limits", 13],
  ["graphql-js, type-graphql, the resolver", 31],
];

/** Words for what no run of the benchmark can tell. */
export function timeSection() {
  const rows = shares.map(([layer, percent]) => [layer, `${percent} %`]);
  return [
    "## Where the time goes",
    paragraph(`A request for regions, layer by layer: builds that answer after each of them, beside the whole one, on
      2026-11-26. Fastify is less than 1 % of it; the shares are rounded.`),
    table(["Layer", "CPU"], rows),
    paragraph(`What is left without any guard of the gateway's is three quarters of it, so on this stack regions would
      be some 1.45 times cheaper than Express at best.`),
    paragraph(`A token that is minted costs some two and a half times as much, and most of that is the call: in samples of
      such a process writing to sockets has 26 %, Node's HTTP, events and streams 16 %, got with its helpers 12 %, the
      garbage collector 6 %, graphql-js with type-graphql 7 %, Apollo Server 1 %, and all of the gateway's own 14 %.`),
    paragraph(`**Found and mended.** A habit of V8 in Node.js 20 had a third of that. For each property that follows a
      leading spread, as in \`{ ...call, onAttempt }\`, it makes a hidden class anew: most of a microsecond, and bytes
      that only a full collection takes away. got gathers thirty options for Node in such a literal, 35 us and 15 kB for
      each call; ours takes the two that are of use (\`src/amity/http.ts\`), and a mint became 1.21 times cheaper than
      Express and axios where it had been 0.97. Without such literals of our own it was 1.32, and with fewer full
      collections, which there was room for then, 1.41.`),
    paragraph(`**Tried and left out.** graphql-jit would compile documents, and puts their literals into code that it
      then runs: no stranger's text becomes code here. Field resolvers without type-graphql's wrapper: 1 to 3 %. Admission
      without promises for each field: nothing to be seen. V8's garbage collection on one thread, or with
      a greater young generation (16 and 32 MB): nothing that the noise did not hide, and 32 MB took memory. The hash
      of the document, about 5 % with regions, is Apollo Server's own and has no switch.`),
    paragraph(`**A start** is the loading of files: half of a millisecond of CPU each. Bundling our own modules took 12 % of
      it, and 9 % went with zod, of which most is texts in sixty languages, with pino-pretty in production, and with the
      compilers of Fastify's schemas, which no route has. Another eighth of the files went when parts of packages were
      loaded and not the whole: prom-client's metrics of the process, which bring OpenTelemetry's API, come with the first
      scrape, of rate-limiter-flexible's thirty limiters one is needed, and of two copies of semver one. What it still
      loads beyond the process that it is compared with is prom-client, pino and jose. The packages are not bundled: an
      operator's scanner looks for them where they are installed. V8's cache of compiled code, NODE_COMPILE_CACHE from
      Node.js 22 on, takes another tenth; it is the operator's choice, for whoever can write to its folder decides what the process runs.`),
  ].join("\n\n");
}
