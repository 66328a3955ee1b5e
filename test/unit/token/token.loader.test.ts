import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { targetUserId } from "../../../src/caller/access.js";
import { anybody } from "../../../src/caller/caller.js";
import { refreshTime } from "../../../src/system/clock.js";
import { createTokenLoader, type TokenKey } from "../../../src/token/token.loader.js";

const key = (userId: string, region = RegionCode.EU): TokenKey => ({
  region,
  userId: targetUserId(anybody, "userId", userId),
});

/** A loader whose tokens say for whom they are and how many were minted before. */
function countingLoader(fails: (userId: string) => boolean = () => false) {
  const minted: string[] = [];
  const loader = createTokenLoader(async ({ region, userId }) => {
    if (fails(userId)) throw new Error(`no token for ${userId}`);
    const issuedAt = new Date(0);
    minted.push(`${region} ${userId}`);
    const token = `${minted.length} for ${userId} in ${region}`;
    return { token, userId, region, issuedAt, expiresAt: issuedAt, refreshAfter: refreshTime(issuedAt, issuedAt) };
  });
  const tokensOf = async (keys: readonly TokenKey[]) =>
    (await Promise.allSettled(keys.map((one) => loader.load(one)))).map((result) =>
      result.status === "fulfilled" ? result.value.token : result.reason.message,
    );
  return { minted, tokensOf };
}

describe("the mints of one request", () => {
  test("for one user and region are one", async () => {
    const { minted, tokensOf } = countingLoader();
    expect(await tokensOf([key("alice"), key("alice"), key("alice")])).toEqual(Array(3).fill("1 for alice in EU"));
    expect(await tokensOf([key("alice")])).toEqual(["1 for alice in EU"]);
    expect(minted).toHaveLength(1);
  });

  test("for others come back to whoever asked", async () => {
    const { tokensOf } = countingLoader();
    const asked = [key("alice"), key("bob"), key("alice", RegionCode.SG), key("Alice"), key("alice ")];
    expect(await tokensOf(asked)).toEqual([
      "1 for alice in EU",
      "2 for bob in EU",
      "3 for alice in SG",
      "4 for Alice in EU",
      "5 for alice  in EU",
    ]);
  });

  test("fail alone", async () => {
    const { tokensOf } = countingLoader((userId) => userId === "bob");
    expect(await tokensOf([key("alice"), key("bob"), key("carol")])).toEqual([
      "1 for alice in EU",
      "no token for bob",
      "2 for carol in EU",
    ]);
  });
});

test("two requests share nothing", async () => {
  const [one, other] = [countingLoader(), countingLoader()];
  await one.tokensOf([key("alice")]);
  await other.tokensOf([key("alice")]);
  expect([one.minted, other.minted]).toEqual([["EU alice"], ["EU alice"]]);
});
