import { describe, expect, test } from "@jest/globals";
import { createAges } from "../../../src/client/ages.js";
import { type AuthToken, createAmityAuth } from "../../../src/client/index.js";
import { deviceClock, type Sent, scriptedFetch, tokenAnswer } from "./scripted.js";

const endpoint = "https://gateway.example/graphql";
const stale = { code: "BAD_RESPONSE", retryable: true };

type Clock = ReturnType<typeof deviceClock>;

/** A client that has had its first answer, the time that passed since, and what comes then. */
async function afterwards(pass: (clock: Clock) => void, script: (sent: Sent, index: number, clock: Clock) => void) {
  const clock = deviceClock();
  const { fetch, sent } = scriptedFetch((request, index) => script(request, index, clock));
  const { now, elapsed } = clock;
  const auth = createAmityAuth({ endpoint, fetch, now, elapsed });
  await auth.getAuthToken();
  pass(clock);
  return { auth, sent, clock };
}

/** A cache that gives its first answer for ever. Its clock is the gateway's, which is right. */
function cache(requestId: (index: number) => string | undefined) {
  const issuedAt = deviceClock().now();
  return ({ answer }: Sent, index: number) => {
    const id = requestId(index);
    answer(tokenAnswer(issuedAt, {}, { headers: id === undefined ? {} : { "x-request-id": id } }));
  };
}

const hidden = cache(() => undefined);
const same = cache(() => "request-1");
/** Not a cache: the gateway gives its token twice, and each answer has an id of its own. */
const another = cache((index) => `request-${index}`);

const passing = (minutes: number) => (clock: Clock) => clock.advance(minutes);
const jumping = (minutes: number) => (clock: Clock) => clock.jump(minutes);
const unseen = (minutes: number) => (clock: Clock) => clock.passUnseen(minutes);

const settingBack = (clock: Clock) => {
  clock.advance(11);
  clock.jump(-60);
};

/** A clock that slept with the device and a wall clock that was set look the same: the answer's id decides. */
const answers: [what: string, pass: (clock: Clock) => void, script: ReturnType<typeof cache>, isTaken: boolean][] = [
  ["a moment before its token's end", passing(9.99), hidden, true],
  ["at its token's end", passing(10), hidden, false],
  ["a day later", passing(24 * 60), hidden, false],
  ["after its end, the wall clock set back to before", unseen(10), hidden, false],
  ["after its end, the wall clock set back an hour", settingBack, hidden, false],
  ["while the wall clock jumps an hour ahead", jumping(60), hidden, true],
  ["while the wall clock jumps an hour back", jumping(-60), hidden, true],
  ["with an id of its own, while the wall clock jumps ahead", jumping(60), another, true],
  ["with an id of its own, at its token's end", passing(10), another, false],
  ["with the former id, after a sleep that one clock slept too", jumping(60), same, false],
  ["with the former id, a moment before its token's end", passing(9.99), same, true],
];

describe.each([false, true])("an answer that came before, asked for with forceRefresh: %s,", (forceRefresh) => {
  test.each(answers)("%s", async (_what, pass, script, isTaken) => {
    const { auth } = await afterwards(pass, script);
    const answer = auth.getAuthToken({ forceRefresh });
    if (isTaken) expect((await answer).token).toBe("token-1");
    else await expect(answer).rejects.toMatchObject(stale);
  });
});

describe("a dead token of a cache", () => {
  test("is refused again and again", async () => {
    const { auth, sent } = await afterwards(passing(10), hidden);
    await expect(auth.getAuthToken()).rejects.toMatchObject(stale);
    await expect(auth.getAuthToken({ forceRefresh: true })).rejects.toMatchObject(stale);
    expect(sent).toHaveLength(3);
  });

  test.each([
    [999, true],
    [1_000, false],
  ])("is known after %d others: %s", (others, isKnown) => {
    const clock = deviceClock();
    const ages = createAges(clock);
    const times = { issuedAt: new Date(0).toISOString(), expiresAt: new Date(600_000).toISOString() };
    const isPast = (token: string) =>
      ages.isPast({ result: { ...times, token } as AuthToken, requestId: undefined }, ages.moment());
    isPast("token-1");
    for (let other = 0; other < others; other++) isPast(`other-${other}`);
    clock.advance(10);
    expect(isPast("token-1")).toBe(isKnown);
  });

  test("is refused after clear too", async () => {
    const { auth } = await afterwards(passing(10), hidden);
    auth.clear();
    await expect(auth.getAuthToken()).rejects.toMatchObject(stale);
  });

  test("gives way to the gateway's next one", async () => {
    const { auth } = await afterwards(passing(10), (sent, index, clock) =>
      index < 2 ? hidden(sent, index) : sent.answer(tokenAnswer(clock.now(), { token: "token-2" })),
    );
    await expect(auth.getAuthToken()).rejects.toMatchObject(stale);
    expect((await auth.getAuthToken()).token).toBe("token-2");
  });
});

describe("a token in the client's own memory", () => {
  const times: [string, (clock: Clock) => void, number][] = [
    ["either clock says that its time is not over", passing(7.99), 1],
    ["both clocks say that its time is over", passing(8), 2],
    ["only the wall clock says so", jumping(8), 2],
    ["only the other clock says so", unseen(8), 2],
    ["the wall clock was set back", jumping(-0.01), 2],
  ];
  test.each(times)("when %s", async (_when, pass, requests) => {
    const { auth, sent } = await afterwards(pass, ({ answer }, index) =>
      answer(tokenAnswer(deviceClock().now(), { token: `token-${index + 1}` })),
    );
    expect((await auth.getAuthToken()).token).toBe(`token-${requests}`);
    expect(sent).toHaveLength(requests);
  });
});
