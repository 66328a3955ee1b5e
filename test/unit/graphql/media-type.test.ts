import { describe, expect, test } from "@jest/globals";
import { mediaTypes, negotiateMediaType } from "../../../src/graphql/media-type.js";

const { legacy, current: modern } = mediaTypes;

test("answers are in UTF-8 and say so", () => {
  expect([legacy, modern]).toEqual([
    "application/json; charset=utf-8",
    "application/graphql-response+json; charset=utf-8",
  ]);
});

describe("the media type of an answer", () => {
  test.each<[string | undefined, string | undefined]>([
    [undefined, legacy],
    ["", legacy],
    ["*/*", legacy],
    ["application/*", legacy],
    ["application/json", legacy],
    ["APPLICATION/JSON", legacy],
    ["application/json; charset=utf-8", legacy],
    ["application/graphql-response+json", modern],
    ["application/graphql-response+json; charset=utf-8", modern],
    ["application/graphql-response+json, application/json;q=0.9", modern],
    ["application/json, application/graphql-response+json;q=0.9", legacy],
    ["application/graphql-response+json;q=0.5, application/json;q=0.9", legacy],
    ["application/graphql-response+json, */*;q=0.1", modern],
    ["text/html, application/graphql-response+json", modern],
    ["application/json;q=0, application/graphql-response+json", modern],
    ["application/json;q=0", undefined],
    ["text/html", undefined],
    ["application/jsonx", undefined],
    ["application/json; charset=utf-16", undefined],
    ["nonsense", undefined],
  ])("for Accept %p is %p", (accept, mediaType) => {
    expect(negotiateMediaType(accept)).toBe(mediaType);
  });
});
