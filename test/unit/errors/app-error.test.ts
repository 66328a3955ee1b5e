import { expect, test } from "@jest/globals";
import { AppError } from "../../../src/errors/app-error.js";

test("whoever passes an error on adds to what the log says of it", () => {
  const error = new AppError("UPSTREAM_TIMEOUT", { log: { fault: "deadline", attempts: 1 } });
  expect(error.log).toEqual({ fault: "deadline", attempts: 1 });
  error.addToLog({ region: "EU", attempts: 2 });
  expect(error.log).toEqual({ fault: "deadline", attempts: 2, region: "EU" });
  expect(error.details.log).toEqual({ fault: "deadline", attempts: 1 });
});

test("an error says nothing to the log by itself", () => {
  expect(new AppError("NOT_FOUND").log).toEqual({});
});
