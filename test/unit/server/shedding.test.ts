import { describe, expect, test } from "@jest/globals";
import { oldSpaceFill, youngLimit } from "../../../src/server/shedding.js";

const mebibyte = 1_024 * 1_024;

function space(name: string, used: number) {
  return { space_name: name, space_used_size: used * mebibyte };
}

describe("how full the old space is", () => {
  test.each([
    ["counts all that stays", [space("old_space", 50), space("large_object_space", 30), space("code_space", 20)], 0.5],
    [
      "leaves out what is young",
      [space("old_space", 100), space("new_space", 30), space("new_large_object_space", 9)],
      0.5,
    ],
    ["leaves out what came with V8", [space("old_space", 100), space("read_only_space", 50)], 0.5],
  ])("%s", (_what, spaces, fill) => {
    expect(oldSpaceFill(spaces, { heap: (200 + 48) * mebibyte, young: 48 * mebibyte })).toBeCloseTo(fill, 5);
  });
});

test.each([
  ["", "11.3.244.8-node.38", 48],
  ["", "12.4.254.21-node.57", 48],
  ["", "13.6.233.17-node.53", 192],
  ["--max-old-space-size=256", "11.3", 48],
  ["--max-semi-space-size=1", "13.6", 3],
  ["--max_semi_space_size=50", "11.3", 192],
  ["--max-semi-space-size=128 --max-semi-space-size=32", "11.3", 96],
])("the young generation under %j of V8 %s takes %i MiB", (flags, v8, mebibytes) => {
  expect(youngLimit(flags.split(" "), v8)).toBe(mebibytes * mebibyte);
});
