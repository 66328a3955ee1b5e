import { HeaderMap } from "@apollo/server";
import { describe, expect, jest, test } from "@jest/globals";
import { type ErrorCode, errorCodes } from "../../../src/errors/codes.js";
import { credentialReasons } from "../../../src/errors/reasons.js";
import { DocumentStore } from "../../../src/graphql/document-store.js";
import { mediaTypes } from "../../../src/graphql/media-type.js";
import { issuingFields } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { type ApolloScene, alice, knowing, withApollo } from "../../support/apollo.js";

const secret = "S3CRET";

describe("Apollo Server's own log", () => {
  test.each<["error" | "warn", string]>([
    ["error", "Apollo Server fails"],
    ["warn", "Apollo Server warns"],
  ])("of level %s is one line in our words", async (level, message) => {
    await withApollo({}, {}, async (scene) => {
      for (const said of [secret, new Error(secret), { password: secret }]) scene.apollo.logger[level](said);
      expect(scene.logged.map((line) => [line["level"], line["message"], line["error"]])).toEqual([
        [level, message, "string"],
        [level, message, "Error"],
        [level, message, "object"],
      ]);
      expect(JSON.stringify(scene.logged)).not.toContain(secret);
    });
  });

  test("of lower levels is nothing", async () => {
    await withApollo({}, {}, async (scene) => {
      for (const level of ["debug", "info"] as const) scene.apollo.logger[level](secret);
      expect(scene.logged).toEqual([]);
    });
  });
});

describe("a document", () => {
  test("may have 1,000 tokens and no more", async () => {
    // Four tokens, three for each inline fragment and one for each further field.
    const document = (fragments: number, fields: number) =>
      `{ ${"... { ".repeat(fragments)} __typename ${"}".repeat(fragments)} ${"__typename ".repeat(fields)} }`;
    await withApollo({}, {}, async ({ ask }) => {
      const longest = await ask(document(330, 7));
      expect([longest.status, longest.body]).toEqual([200, { data: { __typename: "Query" } }]);
      const longer = await ask(document(330, 8));
      expect([longer.status, longer.codes]).toEqual([400, ["QUERY_TOO_COMPLEX"]]);
    });
  });

  test("may have 1,000 comments and no more", async () => {
    await withApollo({}, {}, async ({ ask }) => {
      const answers = [
        await ask(`${"#\n".repeat(1_000)}{ __typename }`),
        await ask(`${"#\n".repeat(1_001)}{ __typename }`),
      ];
      expect(answers.map(({ status, codes }) => [status, ...codes])).toEqual([[200], [400, "QUERY_TOO_COMPLEX"]]);
    });
  });

  test("is parsed and validated once for all who send it", async () => {
    const set = jest.spyOn(DocumentStore.prototype, "set");
    try {
      await withApollo({}, {}, async ({ ask }) => {
        for (const document of ["{ __typename }", "{ __typename }", "{ nowhere }"]) await ask(document);
        expect(set).toHaveBeenCalledTimes(1);
      });
    } finally {
      set.mockRestore();
    }
  });

  test("of many errors is told five and that there are more", async () => {
    await withApollo({}, {}, async ({ ask }) => {
      const { body } = await ask(`{ regions { ${Array.from({ length: 20 }, (_, i) => `nowhere${i}`).join(" ")} } }`);
      const messages: string[] = body.errors.map(({ message }: { message: string }) => message);
      expect(messages.map((message) => message.slice(0, 12))).toEqual([
        ...Array(5).fill("Cannot query"),
        "Too many val",
      ]);
    });
  });

  test.each([
    [false, true],
    [true, false],
  ])("in production (%p) is told similar names: %p", async (production, told) => {
    await withApollo({ production }, {}, async ({ ask }) => {
      const { body } = await ask("{ regionz { code } }");
      expect(/Did you mean/.test(body.errors[0].message)).toBe(told);
    });
  });
});

describe("what the gateway does not offer", () => {
  const hash = "a".repeat(64);
  test.each<[string, object, number, ErrorCode]>([
    ["a batch", [{ query: "{ __typename }" }], 400, "BAD_REQUEST"],
    [
      "a persisted query",
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
      200,
      "PERSISTED_QUERY_NOT_SUPPORTED",
    ],
  ])("refuses %s", async (_what, body, status, code) => {
    await withApollo({ authenticator: knowing(alice) }, {}, async ({ ask }) => {
      const answer = await ask(body);
      expect([answer.status, answer.codes]).toEqual([status, [code]]);
      expect(answer.body.errors[0].message).toBe(errorCodes[code].message);
    });
  });
});

describe("a request that a page of another site can make", () => {
  const answerTo = async (scene: ApolloScene, method: string, headers: [string, string][], search: string) => {
    const answer = await scene.apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: new HeaderMap(headers), body: { query: "{ __typename }" }, search },
      context: () => Promise.reject(new Error("nothing is asked for it")),
    });
    const text = answer.body.kind === "complete" ? answer.body.string : "";
    return { status: answer.status, headers: answer.headers, text };
  };

  test.each<[string, string, [string, string][], string]>([
    ["by a form", "POST", [["content-type", "text/plain"]], ""],
    ["without a type", "POST", [], ""],
    ["by a link", "GET", [], "?query={__typename}"],
  ])("%s is refused", async (_how, method, headers, search) => {
    await withApollo({}, {}, async (scene) => {
      const { status, text } = await answerTo(scene, method, headers, search);
      expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, "BAD_REQUEST"]);
    });
  });

  test("gets no page of Apollo's", async () => {
    await withApollo({}, {}, async (scene) => {
      const { headers, text } = await answerTo(scene, "GET", [["accept", "text/html"]], "");
      expect([headers.get("content-type"), text]).not.toEqual([expect.stringContaining("html"), expect.anything()]);
      expect(text).not.toContain("<html");
    });
  });
});

test("metrics know every root field and reason before anybody asks", async () => {
  const metrics = new Metrics();
  await withApollo({ metrics }, {}, async () => {
    const { body } = await metrics.text();
    for (const field of ["regions", "authToken", "createSession", "__schema"]) {
      expect(body).toMatch(new RegExp(`^\\w+\\{field="${field}",outcome="OK"\\} 0$`, "m"));
    }
    for (const operation of issuingFields) expect(body).toContain(`operation="${operation}",outcome="issued"} 0`);
    for (const reason of credentialReasons) expect(body).toContain(`{reason="${reason}"} 0`);
  });
});

test("an answer's headers say its type, and nothing of caches", async () => {
  await withApollo({}, {}, async ({ ask }) => {
    const { headers } = await ask("{ __typename }");
    expect(headers).toEqual({ "content-type": mediaTypes.current });
  });
});

describe("beside its answers Apollo Server", () => {
  test("leaves signals to the process", async () => {
    const listeners = () => ["SIGINT", "SIGTERM"].map((signal) => process.listenerCount(signal));
    const before = listeners();
    await withApollo({}, {}, async () => {
      expect(listeners()).toEqual(before);
    });
  });

  test("reports nothing to Apollo, whose key may be around", async () => {
    process.env["APOLLO_KEY"] = "service:example:canary-apollo-key";
    try {
      // With a key alone its usage reporting would warn that the graph's name is missing.
      await withApollo({}, {}, async ({ logged }) => {
        expect(logged).toEqual([]);
      });
    } finally {
      delete process.env["APOLLO_KEY"];
    }
  });
});

test("an answer that cannot be written out is left to the HTTP layer", async () => {
  const endless: Record<string, unknown> = {};
  endless["self"] = endless;
  const session = { user: { metadata: endless } };
  await withApollo(
    { authenticator: knowing(alice) },
    { sessions: { create: async () => session } },
    async ({ ask }) => {
      const answer = ask('mutation { createSession(input: { deviceId: "d" }) { user { metadata } } }');
      await expect(answer).rejects.toThrow(TypeError);
    },
  );
});

describe("a gateway that traces", () => {
  const regions = { list: () => [] };

  /** A gateway's options, and the fields that it has traced. */
  function tracing() {
    const fields: string[] = [];
    const field = (name: string, run: () => unknown) => {
      fields.push(name);
      return run();
    };
    return { fields, options: { traces: { field } } };
  }

  test("traces its own root fields, and no other gateway's of the process", async () => {
    const [one, other] = [tracing(), tracing()];
    for (const options of [one.options, {}, other.options, {}]) {
      await withApollo(options, { regions }, async ({ ask }) => {
        expect((await ask("{ regions { code } }")).body).toEqual({ data: { regions: [] } });
      });
    }
    expect([one.fields, other.fields]).toEqual([["regions"], ["regions"]]);
  });

  test("has the limits of documents too", async () => {
    const { fields, options } = tracing();
    await withApollo(options, { regions }, async ({ ask }) => {
      expect((await ask(`{ ${"regions { code } ".repeat(5)} }`)).codes).toEqual(["QUERY_TOO_COMPLEX"]);
    });
    expect(fields).toEqual([]);
  });
});
