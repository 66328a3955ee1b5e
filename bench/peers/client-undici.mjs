import { Pool } from "undici";
import { baseUrls, timeoutMs } from "./options.mjs";

const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
const pools = Object.fromEntries(Object.entries(baseUrls).map(([region, url]) => [region, new Pool(url, timeouts)]));

/** Posts JSON to a region of Amity, and gives its answer; anything but success is thrown. */
export async function post(region, path, headers, body) {
  const answer = await pools[region].request({
    method: "POST",
    path,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    throw new Error(`Amity answered ${answer.statusCode}`);
  }
  return answer.body.json();
}
