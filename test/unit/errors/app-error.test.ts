import { expect, test } from "@jest/globals";
import { AppError, badUserInput } from "../../../src/errors/app-error.js";

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

test("an error says its reason to the log, and its code's text to the client", () => {
  const error = new AppError("FORBIDDEN", { reason: "acts for another", log: { region: "EU" } });
  expect([error.code, error.reason, error.message]).toEqual(["FORBIDDEN", "acts for another", "Not permitted"]);
  expect(error.log).toEqual({ reason: "acts for another", region: "EU" });
});

test("an input that cannot be used has a text of ours", () => {
  expect(badUserInput("userId must not be empty")).toMatchObject({
    code: "BAD_USER_INPUT",
    message: "userId must not be empty",
    details: { message: "userId must not be empty" },
  });
});
