import { spread } from "./statistics.mjs";

/** How many times more CPU `other` took than `name`, sample by sample of the same rounds: the median, and its range. */
export function ratio(samplesOfOperation, other, name) {
  const [others, own] = [samplesOfOperation[other], samplesOfOperation[name]];
  return spread(own.map(({ cpuUs }, round) => others[round].cpuUs / cpuUs));
}
