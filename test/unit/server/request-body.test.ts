import { describe, expect, test } from "@jest/globals";
import { checkBodyHeaders, parseRequestBody } from "../../../src/server/request-body.js";

const refused = (code: string) => expect.objectContaining({ code });

describe("the headers of a body", () => {
  test.each([
    [{ "content-type": "application/json" }],
    [{ "content-type": "Application/JSON" }],
    [{ "content-type": " application/json ; charset=utf-8" }],
    [{ "content-type": 'application/json;charset="UTF-8"' }],
    [{ "content-type": "application/json; charset=utf8" }],
    [{ "content-type": 'application/json; charset="UTF8"' }],
    [{ "content-type": "application/json; profile=x" }],
    [{ "content-type": "application/json; profile=x; charset=UTF-8" }],
    [{ "content-type": "application/json", "content-encoding": "identity" }],
    [{ "content-type": "application/json", "content-encoding": "Identity" }],
  ])("%j are taken", (headers) => {
    expect(() => checkBodyHeaders(headers)).not.toThrow();
  });

  test.each([
    [{}],
    [{ "content-type": "" }],
    [{ "content-type": "text/plain" }],
    [{ "content-type": "text/plain; application/json" }],
    [{ "content-type": "application/jsonx" }],
    [{ "content-type": "application/json+x" }],
    [{ "content-type": "application/graphql" }],
    [{ "content-type": "multipart/form-data; boundary=x" }],
    [{ "content-type": "application/json; charset=utf-16" }],
    [{ "content-type": "application/json; charset=utf-8x" }],
    [{ "content-type": "application/json; charset=utf--8" }],
    [{ "content-type": "application/json; charset=iso-8859-1; charset=utf-8" }],
    [{ "content-type": "application/json; charset=utf-8; charset=utf-16" }],
    [{ "content-type": "application/json; charset" }],
    [{ "content-type": "application/json", "content-encoding": "gzip" }],
    [{ "content-type": "application/json", "content-encoding": "identity, gzip" }],
    [{ "content-type": "application/json", "content-encoding": "" }],
  ])("%j are refused", (headers) => {
    expect(() => checkBodyHeaders(headers)).toThrow(refused("UNSUPPORTED_MEDIA_TYPE"));
  });
});

const query = "{ regions { code } }";
const persistedQuery = { version: 1, sha256Hash: "a" };

describe("a body", () => {
  test.each<[object]>([
    [{ query }],
    [{ query: " " }],
    [{ query, operationName: "", variables: {}, extensions: {} }],
    [{ query, operationName: "A", variables: { a: [1] }, extensions: { a: 1 } }],
    [{ extensions: { persistedQuery } }],
    [{ query, extensions: { persistedQuery } }],
  ])("%j is taken as it is", (body) => {
    expect(parseRequestBody(Buffer.from(JSON.stringify(body)))).toEqual(body);
  });

  test.each([
    { query, operationName: null, variables: null, extensions: null },
    { query, more: 1 },
  ])("%j is taken for its query alone", (body) => {
    expect(parseRequestBody(Buffer.from(JSON.stringify(body)))).toEqual({ query });
  });

  test.each<[unknown]>([
    [null],
    [[]],
    [[{ query }]],
    ["query"],
    [1],
    [{}],
    [{ query: "" }],
    [{ query: null }],
    [{ query: 1 }],
    [{ query: [query] }],
    [{ query: { query } }],
    [{ query, operationName: 1 }],
    [{ query, operationName: ["A"] }],
    [{ query, operationName: false }],
    [{ query, variables: "{}" }],
    [{ query, variables: [] }],
    [{ query, variables: 0 }],
    [{ query, extensions: "" }],
    [{ query, extensions: [] }],
    [{ extensions: {} }],
    [{ extensions: { persistedQuery: null } }],
    [{ extensions: { persistedQuery: [] } }],
    [{ extensions: [{ persistedQuery }] }],
    [{ query: null, extensions: { persistedQuery } }],
    [{ query: "", extensions: { persistedQuery } }],
    [{ extensions: { persistedQuery }, variables: [] }],
    [{ extensions: { persistedQuery }, operationName: 1 }],
  ])("%j is refused", (body) => {
    expect(() => parseRequestBody(Buffer.from(JSON.stringify(body)))).toThrow(refused("BAD_REQUEST"));
  });

  test.each([
    ["nothing", ""],
    ["broken JSON", '{"query":"{ a }"'],
    ["two objects", '{"query":"a"}{"query":"b"}'],
    ["a byte that is not UTF-8", Buffer.from([...Buffer.from('{"query":"'), 0xff, ...Buffer.from('"}')])],
    ["half a character", Buffer.from([...Buffer.from('{"query":"'), 0xe2, 0x82, ...Buffer.from('"}')])],
    ["half a surrogate pair", Buffer.from([...Buffer.from('{"query":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])],
    ["UTF-16", Buffer.from('{"query":"a"}', "utf16le")],
  ])("of %s is refused", (_what, text) => {
    expect(() => parseRequestBody(Buffer.from(text))).toThrow(refused("BAD_REQUEST"));
  });

  test("after one that broke off is read from its start", () => {
    expect(() => parseRequestBody(Buffer.from([0x7b, 0xe2, 0x82]))).toThrow(refused("BAD_REQUEST"));
    expect(parseRequestBody(Buffer.from(JSON.stringify({ query })))).toEqual({ query });
  });
});

test("a byte order mark before a body is skipped", () => {
  expect(parseRequestBody(Buffer.from('\uFEFF{"query":"{ a }"}'))).toEqual({ query: "{ a }" });
});
