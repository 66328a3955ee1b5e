import { describe, expect, test } from "@jest/globals";
import { AmityError, type AmityErrorName, amityErrors, toErrorAnswer } from "../../../src/emulator/errors.js";

const expected: Record<AmityErrorName, [status: number, code: number | undefined]> = {
  alreadyDeleted: [400, 400_000],
  badRequest: [400, 400_000],
  unauthorized: [401, 400_100],
  systemBan: [401, 400_100],
  textUnauthorized: [401, undefined],
  forbidden: [403, 400_300],
  permissionDenied: [403, 400_301],
  globalBan: [403, 400_312],
  botDenied: [403, 403_998],
  visitorDenied: [403, 403_999],
  routeNotFound: [404, 400_400],
  noSuchUser: [404, 400_400],
  userNotFound: [404, 400_400],
  certificateNotFound: [404, 400_400],
  sessionNotFound: [404, 400_400],
  conflict: [409, 400_900],
  payloadTooLarge: [413, 500_000],
  invalidParameters: [422, 500_000],
  invalidSignature: [422, 500_000],
  rateLimited: [429, 400_311],
  invalidParametersV3: [500, 500_000],
  unexpected: [500, 500_000],
};

describe("toErrorAnswer", () => {
  test.each(Object.keys(amityErrors) as AmityErrorName[])("answers %s with its documented status and code", (name) => {
    const { status, contentType, body } = toErrorAnswer(new AmityError(name));
    const code = contentType.startsWith("application/json") ? JSON.parse(body).code : undefined;
    expect([status, code]).toEqual(expected[name]);
  });

  test("hides the message of an unforeseen fault", () => {
    const answer = toErrorAnswer(new Error("secret"));
    expect(answer.status).toBe(500);
    expect(answer.body).toBe('{"status":"error","code":500000,"message":"Unexpected error"}');
  });
});
