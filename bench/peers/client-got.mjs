import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import got from "got";
import { baseUrls, timeoutMs } from "./options.mjs";

const client = got.extend({
  agent: { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) },
  timeout: { request: timeoutMs },
  retry: { limit: 0 },
});

/** Posts JSON to a region of Amity, and gives its answer; anything but success is thrown. */
export function post(region, path, headers, body) {
  return client.post(`${baseUrls[region]}${path}`, { headers, json: body }).json();
}
