import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { withGateway } from "../support/gateway.js";

const text = ["README.md", "docs/use.md"]
  .map((name) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"))
  .join("\n");

/** Each curl command of the first pages with the answer printed below it. */
const examples = [...text.matchAll(/```sh\n(curl [\s\S]*?)```\n\n```json\n([\s\S]*?)```/g)].map(
  ([, command = "", answer = ""]) => ({ body: /-d '([\s\S]*)'/.exec(command)?.[1] ?? "", answer: JSON.parse(answer) }),
);

/** The shape of an answer: names and types, since tokens and times differ each time. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

describe("the first pages' commands", () => {
  test("show all three operations", () => {
    expect(examples.map(({ answer }) => Object.keys(answer.data)[0])).toEqual([
      "authToken",
      "regions",
      "createSession",
    ]);
  });

  test.each(examples.map(({ body, answer }) => [Object.keys(answer.data)[0], body, answer] as const))(
    "work for %s and answer as printed",
    async (_name, body, answer) => {
      await withGateway({}, async ({ send }) => {
        const init = { method: "POST", headers: { "content-type": "application/json" }, body };
        expect(shapeOf((await send("/graphql", init)).body)).toEqual(shapeOf(answer));
      });
    },
  );
});
