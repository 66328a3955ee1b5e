import { paragraph, short } from "./markdown.mjs";
import { median } from "./statistics.mjs";

/** What growth costs, from the numbers that were measured. */

const secondsPerDay = 86_400;
const users = 1_000_000;
/** What a user of an app that is much used may ask for in a day. */
const perUser = { sessions: 1, tokens: 10 };
/** A tenth of a day's requests come in its busiest hour where users are spread over the world, and more where not. */
const shareOfBusiestHour = 0.2;
/** A core that is busier than this lets requests wait. */
const busyShare = 0.6;

export function growthSection({ samples }, memory) {
  const cpuUs = (operation, candidate = "gateway-jwt") =>
    median(samples[operation][candidate].map((sample) => sample.cpuUs));
  const perDay = (operation) => `${short((busyShare * secondsPerDay) / cpuUs(operation))} million`;
  const highestMb = Math.max(
    ...Object.values(samples).flatMap((of) => of["gateway-jwt"].map((sample) => sample.highestMb)),
  );
  const dayRequests = users * (perUser.sessions + perUser.tokens);
  const dayCpuSeconds = (users * (perUser.tokens * cpuUs("minted") + perUser.sessions * cpuUs("secure"))) / 1e6;
  const peakPerSecond = (dayRequests * shareOfBusiestHour) / 3_600;
  const peakCores = (dayCpuSeconds * shareOfBusiestHour) / 3_600 / busyShare;
  return [
    "## Cost of growth",
    paragraph(`**One core**, busy for ${busyShare * 100} % of a day, so that requests hardly wait, mints
      ${perDay("minted")} tokens, or opens ${perDay("secure")} sessions with a token of their own, or hands
      ${perDay("reused")} kept tokens out again. These are the numbers of AUTH_MODE=jwt with the log on; a process
      uses one core and little of a second, which collects garbage.`),
    paragraph(`**A million daily users** who ask for ${perUser.tokens} tokens and ${perUser.sessions} session each make
      ${short(dayRequests / 1e6)} million requests a day. With a fifth of them in the busiest hour that is
      ${short(peakPerSecond)} a second, and ${peakCores.toFixed(1)} cores: ${replicasFor(peakCores)}. None took more
      than ${short(highestMb)} MB. Amity's own limits come first: ask for yours.`),
    ...growths(memory),
  ].join("\n\n");
}

function replicasFor(cores) {
  return cores <= 1
    ? "one process is enough, and a second one is for the day when a machine fails"
    : `${Math.ceil(cores) + 1} processes, one of them for the day when a machine fails`;
}

function growths(memory) {
  const measured =
    memory &&
    ` In the run above ${short(memory.users)} users and ${short(memory.documents)} documents left it at
    ${short(memory.measured["gateway-jwt"].residentMb.at(-1))} MB.`;
  return [
    `**Users** cost CPU by what they ask for and not by their number. What is kept for one ends by itself: the count of
    a minute for RATE_LIMIT_USER, and the token that TOKEN_REUSE_SECONDS hands out again. ${measured ?? ""}`,
    `**Documents** are parsed and validated once while they are among those kept, whose number is bounded. An app has
    a few dozen; a stranger who sends new ones each time pays for it with his rate, and takes no memory.`,
    `**Regions** are connections: each has its own, its own circuit and its own 64 calls under way. A region that
    is slow or down takes nothing from the others.`,
    `**Replicas** wait for nobody: twice as many serve twice as much. Without REDIS_URL each counts the limits of its
    callers for itself, so the limit of a user grows with their number, and each keeps its own tokens, so fewer are
    handed out again. With it they share both, for an answer of Redis' a request.`,
  ].map(paragraph);
}
