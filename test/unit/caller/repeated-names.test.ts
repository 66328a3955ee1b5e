import { expect, test } from "@jest/globals";
import { hasRepeatedNames } from "../../../src/caller/repeated-names.js";

test.each<[string, string]>([
  ["side by side", '{"a":1,"a":1}'],
  ["with others between", '{"a":1,"b":2,"a":3}'],
  ["behind an object that holds it", '{"a":{"a":1},"a":2}'],
  ["behind lists in lists", '{"a":[[1],[{"b":2}]],"a":3}'],
  ["with and without escapes", '{"a":1,"\\u0061":2}'],
  ["with a quote in it", '{"\\"":1,"\\"":2}'],
  ["with a backslash at its end", '{"a\\\\":1,"a\\\\":2}'],
  ["with brackets in it", '{"}":1,"}":2}'],
  ["behind a text that opens an object", '{"x":"{","a":1,"a":2}'],
  ["behind a text that closes a list", '{"x":"]","a":1,"a":2}'],
  ["behind a text of a quote", '{"x":"\\"","a":1,"a":2}'],
  ["with blanks before the colon", '{ "a" : 1 ,\n"a"\t\n: 2 }'],
  ["that is empty", '{"":1,"":2}'],
  ["of every object", '{"__proto__":1,"__proto__":2}'],
  ["of two that differ, the second", '{"a":1,"b":1,"b":2}'],
])("a name twice %s is found", (_where, json) => {
  expect(hasRepeatedNames(json)).toBe(true);
});

test.each<[string, string]>([
  ["in an object without members", "{}"],
  ["once", '{"a":1,"b":2}'],
  ["as a name and a value", '{"a":"a","b":"a","c":["a","a"]}'],
  ["in an object and in one of its members", '{"a":{"a":1},"b":{"a":2}}'],
  ["one level down", '{"a":{"b":1,"b":2}}'],
  ["in objects of a list", '{"a":[{"b":1},{"b":2}]}'],
  ["in upper and lower case", '{"a":1,"A":2}'],
  ["in a text that looks like members", '{"a":"\\"b\\":1,\\"b\\":2","c":"{"}'],
  ["that every object inherits", '{"constructor":1,"toString":2}'],
  ["in a list", '["a","a"]'],
  ["as a text", '"a"'],
])("a name %s is not there twice", (_where, json) => {
  expect(hasRepeatedNames(json)).toBe(false);
});
