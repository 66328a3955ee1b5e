import { expect, test } from "@jest/globals";
import { RegionCode, regionCodes, regionNames, regionTable, usualRegion } from "../../../src/amity/regions.js";

test("keys go to the hosts that Amity documents and to no others", () => {
  const hosts = regionCodes.map((code) => [code, regionTable[code].name, regionTable[code].endpoints]);
  expect(hosts).toEqual([
    ["EU", "Europe", { api: ["https://api.eu.amity.co/"], apix: ["https://apix.eu.amity.co/"] }],
    [
      "SG",
      "Singapore",
      {
        api: ["https://api.sg.amity.co/", "https://api.amity.co/"],
        apix: ["https://apix.sg.amity.co/", "https://apix.amity.co/"],
      },
    ],
    ["US", "United States", { api: ["https://api.us.amity.co/"], apix: ["https://apix.us.amity.co/"] }],
  ]);
});

test("the usual region is the one whose hosts go without a name", () => {
  expect(usualRegion).toBe(RegionCode.SG);
  expect(regionNames).toBe("eu, sg, us");
});
