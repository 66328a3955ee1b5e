import { expect, test } from "@jest/globals";
import { pathOf } from "../../../src/server/paths.js";

test.each([
  ["/graphql", "/graphql"],
  ["/graphql/", "/graphql"],
  ["/graphql/?x=/", "/graphql"],
  ["/graphql/explorer/", "/graphql/explorer"],
  ["/livez/", "/livez"],
  ["/", "/"],
  ["http://gateway/graphql/", "/graphql"],
  ["/graphql//", "/graphql/"],
  ["//", "/"],
  ["/graphql%2F", "/graphql%2F"],
  ["/%67raphql/", "/graphql"],
  ["/%", undefined],
])("the path of %s is %s", (url, path) => {
  expect(pathOf(url)).toBe(path);
});
