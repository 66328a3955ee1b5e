import { describe, expect, test } from "@jest/globals";
import { type DocumentNode, parse } from "graphql";
import { DocumentStore } from "../../../src/graphql/document-store.js";

const megabyte = 1_048_576;
const roomy = { documents: 100, bytes: megabyte };

/** A document of its own, told by its comment. */
function documentOf(index: number, padding = ""): DocumentNode {
  return parse(`{ regions { code } } # ${index} ${padding}`);
}

async function fill(store: DocumentStore, count: number, padding = "", prefix = "key"): Promise<void> {
  for (let i = 0; i < count; i++) await store.set(`${prefix}${i}`, documentOf(i, padding));
}

async function held(store: DocumentStore, count: number, prefix = "key"): Promise<number> {
  let found = 0;
  for (let i = 0; i < count; i++) if (await store.get(`${prefix}${i}`)) found++;
  return found;
}

describe("a document store", () => {
  test("gives a document back as it was", async () => {
    const store = new DocumentStore();
    const document = documentOf(1);
    await store.set("key", document);
    expect(await store.get("key")).toBe(document);
    expect(await store.get("another")).toBeUndefined();
    expect([await store.delete("key"), await store.get("key")]).toEqual([true, undefined]);
  });

  test("says whether there was anything to delete", async () => {
    const store = new DocumentStore();
    const document = documentOf(1);
    await store.set("young", documentOf(0));
    await store.set("kept", document);
    store.keep(document);
    const deleted = async (key: string) => [await store.delete(key), await store.get(key)];
    expect(await deleted("young")).toStrictEqual([true, undefined]);
    expect(await deleted("kept")).toStrictEqual([true, undefined]);
    expect(await deleted("kept")).toStrictEqual([false, undefined]);
  });

  test("takes no document whose memory cannot be told", async () => {
    const store = new DocumentStore();
    await store.set("key", parse("{ a }", { noLocation: true }));
    expect(await store.get("key")).toBeUndefined();
  });

  test("is bounded by count", async () => {
    const store = new DocumentStore({ young: { ...roomy, documents: 10 }, kept: roomy });
    await fill(store, 1_000);
    expect(await held(store, 1_000)).toBe(10);
  });

  test("is bounded by the bytes of sources", async () => {
    const store = new DocumentStore({ young: roomy, kept: roomy });
    await fill(store, 100, "x".repeat(30_000));
    expect(await held(store, 100)).toBe(16);
  });

  test("is bounded by tokens, which weigh more than their text", async () => {
    const store = new DocumentStore({ young: roomy, kept: roomy });
    for (let i = 0; i < 100; i++) await store.set(`key${i}`, parse(`{ a { ${"b ".repeat(200)} } } # ${i}`));
    expect(await held(store, 100)).toBe(10);
  });

  test.each([
    ["text", `{ a } # ${"x".repeat(70_000)}`],
    ["tokens", `{ ${"a ".repeat(270)} }`],
    ["comments", `{ a } ${"#\n".repeat(270)}`],
  ])("never takes a document of too much %s", async (_what, source) => {
    const store = new DocumentStore({ young: roomy, kept: roomy });
    await fill(store, 3);
    await store.set("large", parse(source));
    expect([await store.get("large"), await held(store, 3)]).toEqual([undefined, 3]);
  });

  test.each([
    ["short", 600, 0, { young: 200, kept: 500 }],
    ["of 30,000 characters", 150, 30_000, { young: 64, kept: 129 }],
  ])("as it is built has room for documents that are %s", async (_what, count, length, most) => {
    const store = new DocumentStore();
    const padding = "x".repeat(length);
    for (let i = 0; i < count; i++) {
      const document = documentOf(i, padding);
      await store.set(`kept${i}`, document);
      store.keep(document);
    }
    await fill(store, count, padding, "young");
    expect({ young: await held(store, count, "young"), kept: await held(store, count, "kept") }).toEqual(most);
  });
});

describe("a document that a caller runs", () => {
  test("outlasts whatever strangers send, twice or more", async () => {
    const store = new DocumentStore({ young: { ...roomy, documents: 5 }, kept: roomy });
    const document = documentOf(1);
    await store.set("mine", document);
    store.keep(document);
    for (let round = 0; round < 3; round++) {
      await fill(store, 500);
      await held(store, 500);
    }
    expect(await store.get("mine")).toBe(document);
  });

  test("stays while others of callers come, as it is used", async () => {
    const store = new DocumentStore({ young: roomy, kept: { ...roomy, documents: 5 } });
    for (let i = 0; i < 50; i++) {
      const document = documentOf(i);
      await store.set(`key${i}`, document);
      store.keep(document);
      await store.get("key0");
    }
    expect([(await store.get("key0")) !== undefined, await held(store, 50)]).toEqual([true, 5]);
  });

  test("counts once, and is still found by its key", async () => {
    const store = new DocumentStore({ young: { ...roomy, documents: 1 }, kept: roomy });
    const document = documentOf(1);
    await store.set("mine", document);
    store.keep(document);
    store.keep(document);
    await fill(store, 1);
    expect([await store.get("mine"), await held(store, 1)]).toEqual([document, 1]);
  });

  test("but was never stored is no matter", async () => {
    const store = new DocumentStore();
    store.keep(documentOf(1));
    expect(await held(store, 10)).toBe(0);
  });
});
