import { expect, test } from "@jest/globals";
import { variables } from "../../../src/config/fields.js";
import { likely } from "../../../src/system/likely.js";
import { checkCost } from "../../fuzz/own-cost.js";

const names = [...variables.keys()];

test.each([
  ["no name", "%00".repeat(5_000)],
  ["letters", "a".repeat(15_000)],
])("a name of kilobytes of %s is cheap", (_what, name) => {
  checkCost(
    name.length,
    () => expect(likely(name, names)).toBeUndefined(),
    () => likely("AMITY_APIKEY", names),
  );
});
