import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import axios from "axios";
import { baseUrls, timeoutMs } from "./options.mjs";

const client = axios.create({
  timeout: timeoutMs,
  httpAgent: new Agent({ keepAlive: true }),
  httpsAgent: new TlsAgent({ keepAlive: true }),
});

/** Posts JSON to a region of Amity, and gives its answer; anything but success is thrown. */
export async function post(region, path, headers, body) {
  const { data } = await client.post(`${baseUrls[region]}${path}`, body, { headers });
  return data;
}
