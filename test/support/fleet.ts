import { signedIn } from "./callers.js";
import { type TestGateway, withGateway } from "./gateway.js";
import { until } from "./redis.js";

/** So many gateways with the same settings, until `use` ends. */
export async function withGateways(
  count: number,
  env: Readonly<Record<string, string>>,
  use: (gateways: readonly TestGateway[]) => Promise<void>,
): Promise<void> {
  const start = async (started: readonly TestGateway[]): Promise<void> => {
    if (started.length === count) return use(started);
    await withGateway({ env }, (gateway) => start([...started, gateway]));
  };
  await start([]);
}

/** How the user's requests were answered, by code, sent to the gateways in turn and so many at a time. */
export async function answersTo(
  userId: string,
  count: number,
  gateways: readonly TestGateway[],
  atOnce = 5,
): Promise<Record<string, number>> {
  const headers = await signedIn(userId);
  const answers: Record<string, number> = {};
  let sent = 0;
  const send = async () => {
    while (sent < count) {
      const gateway = gateways[sent++ % gateways.length];
      const answer = await gateway?.ask("{ regions { code } }", {}, headers);
      const code = answer?.body?.errors?.[0]?.extensions.code ?? (answer?.body?.data ? "OK" : "broken");
      answers[code] = (answers[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
  return answers;
}

/** A metric's value; NaN before there is one. */
export async function metricOf(gateway: TestGateway, name: string): Promise<number> {
  const { text } = await gateway.send("/metrics");
  const line = text.split("\n").find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return Number(line?.split(" ").at(-1));
}

export async function untilUsed(gateways: readonly TestGateway[]): Promise<void> {
  for (const gateway of gateways) {
    await until(async () => (await metricOf(gateway, "amity_redis_used")) === 1, "the use of Redis");
  }
}

export async function untilAway(gateways: readonly TestGateway[]): Promise<void> {
  for (const gateway of gateways) {
    await until(async () => (await metricOf(gateway, "amity_redis_used")) === 0, "the loss of Redis");
  }
}

/** What the log says of Redis: its reason, or that it is back. */
export function toldOfRedis({ logged }: TestGateway): unknown[] {
  const lines = logged.map((line) => JSON.parse(line)).filter(({ message }) => /^Redis /.test(message));
  return lines.map(({ reason = "back" }) => reason);
}
