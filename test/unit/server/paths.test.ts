import { describe, expect, test } from "@jest/globals";
import { pathOf } from "../../../src/server/paths.js";

describe("the path of", () => {
  test.each([
    ["/graphql", "/graphql"],
    ["/graphql?query={a}", "/graphql"],
    ["/graphql#a", "/graphql"],
    ["/%67raphql", "/graphql"],
    ["/graph%71l?a=%zz", "/graphql"],
    ["http://localhost:4000/graphql?a", "/graphql"],
    ["HTTPS://localhost/graphql", "/graphql"],
    ["//graphql", "//graphql"],
    ["/GraphQL", "/GraphQL"],
    ["/x/../graphql", "/x/../graphql"],
    ["/%2567raphql", "/%67raphql"],
    ["/graphql%2fexplorer", "/graphql%2fexplorer"],
    ["/graphql/", "/graphql"],
    ["/graphql/?x=/", "/graphql"],
    ["/graphql//", "/graphql/"],
    ["http://gateway/graphql/", "/graphql"],
    ["/", "/"],
    ["*", "*"],
    ["", ""],
    ["ftp://localhost/graphql", "ftp://localhost/graphql"],
  ])("%s is %s", (url, path) => {
    expect(pathOf(url)).toBe(path);
  });

  test.each(["/%zz", "/%", "/%ff", "/%e2%82"])("%s cannot be told", (url) => {
    expect(pathOf(url)).toBeUndefined();
  });
});
