// @vitest-environment happy-dom
import { type AmityAuth, AmityAuthError, type AuthToken, createAmityAuth } from "amity-graphql-client";
import { AmityAuthProvider, type AmityAuthState, useAmityAuth } from "amity-graphql-client/react";
import { act, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Community } from "../src/community.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
const minute = 60_000;

let root: Root;
let shown: AmityAuthState[];
beforeEach(() => {
  vi.useFakeTimers();
  shown = [];
  root = createRoot(document.createElement("div"));
});
afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
});

function Probe() {
  shown.push(useAmityAuth());
  return null;
}

function Status() {
  return <p>{useAmityAuth().status}</p>;
}

/** A gateway of which each request gets the next of these answers: a user's token, or an error's code. */
function scripted(answers: readonly (string | AmityAuthError)[]) {
  const asked: string[] = [];
  const fetch = async (_url: unknown, init?: RequestInit) => {
    const credential = new Headers(init?.headers).get("authorization") ?? "";
    const answer = answers[asked.length] ?? `token-${asked.length + 1}`;
    asked.push(credential);
    if (answer instanceof AmityAuthError) {
      const extensions = { code: answer.code, retryable: answer.retryable };
      return Response.json({ data: null, errors: [{ message: "no", extensions }] });
    }
    const now = Date.now();
    const [issuedAt, expiresAt, refreshAfter] = [0, 10, 8].map((m) => new Date(now + m * minute).toISOString());
    const times = { issuedAt, expiresAt, refreshAfter, region: "SG", userId: credential };
    return Response.json({
      data: {
        authToken: { token: answer, ...times },
        createSession: { accessToken: answer, refreshToken: null, userType: "SIGNED_IN", ...times },
      },
    });
  };
  let user = "";
  const auth = createAmityAuth({
    endpoint: "https://gateway.example/graphql",
    fetch: fetch as typeof globalThis.fetch,
    getCredentials: () => user,
    deviceId: "device",
  });
  const show = (auth: AmityAuth, name: string | null, keeps: "token" | "session" = "token") =>
    act(async () => {
      user = name ?? "";
      root.render(
        <StrictMode>
          <AmityAuthProvider auth={auth} user={name} keeps={keeps}>
            <Probe />
          </AmityAuthProvider>
        </StrictMode>,
      );
      await vi.advanceTimersByTimeAsync(0);
    });
  return { auth, asked, show: (name: string | null, keeps?: "token" | "session") => show(auth, name, keeps) };
}

const last = () => shown.at(-1);
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const overloaded = new AmityAuthError("OVERLOADED", "", { retryable: true });
const forbidden = new AmityAuthError("FORBIDDEN", "");

test("a signed-in user's token is there after one request", async () => {
  const { asked, show } = scripted([]);
  await show("alice");
  expect(asked).toEqual(["alice"]);
  expect(shown[0]).toMatchObject({ status: "loading", token: undefined });
  const token: AuthToken | undefined = last()?.token;
  expect([last()?.status, token?.token, last()?.error]).toEqual(["ready", "token-1", undefined]);
});

test("nobody signed in asks for nothing", async () => {
  const { asked, show } = scripted([]);
  await show(null);
  expect([last()?.status, asked]).toEqual(["signedOut", []]);
});

test("a token is renewed when it should be", async () => {
  const { asked, show } = scripted([]);
  await show("alice");
  await pass(7.9 * minute);
  expect(asked).toHaveLength(1);
  await pass(0.2 * minute);
  expect([last()?.status, last()?.token?.token, asked.length]).toEqual(["ready", "token-2", 2]);
});

test("no rendering for a user has another's token", async () => {
  const { asked, show } = scripted([]);
  await show("alice");
  shown = [];
  await show("bob");
  expect(shown.filter(({ token }) => token?.userId === "alice")).toEqual([]);
  expect([last()?.token?.userId, asked]).toEqual(["bob", ["alice", "bob"]]);
});

test("signing out forgets the token", async () => {
  const { show } = scripted([]);
  await show("alice");
  await show(null);
  expect([last()?.status, last()?.token]).toEqual(["signedOut", undefined]);
});

test("a passing failure is mended by itself", async () => {
  const { show } = scripted([overloaded]);
  await show("alice");
  expect([last()?.status, last()?.error?.code]).toEqual(["failed", "OVERLOADED"]);
  await pass(1_000);
  expect([last()?.status, last()?.error]).toEqual(["ready", undefined]);
});

test("a lasting failure waits for refresh", async () => {
  const { asked, show } = scripted([forbidden]);
  await show("alice");
  await pass(60 * minute);
  expect([last()?.status, last()?.error?.code, asked.length]).toEqual(["failed", "FORBIDDEN", 1]);
  await act(async () => last()?.refresh());
  await pass(0);
  expect([last()?.status, last()?.token?.token]).toEqual(["ready", "token-2"]);
});

test("a renewal that fails leaves a living token", async () => {
  const { show } = scripted(["token-1", ...Array(20).fill(overloaded)]);
  await show("alice");
  await pass(8.1 * minute);
  expect([last()?.status, last()?.token?.token, last()?.error?.code]).toEqual(["ready", "token-1", "OVERLOADED"]);
  await pass(3 * minute);
  expect([last()?.status, last()?.token]).toEqual(["failed", undefined]);
});

test("a session is kept where that is wanted", async () => {
  const { asked, show } = scripted([]);
  await show("alice", "session");
  expect([last()?.session?.accessToken, last()?.token, asked.length]).toEqual(["token-1", undefined, 1]);
  await pass(8.1 * minute);
  expect([last()?.session?.accessToken, asked.length]).toEqual(["token-2", 2]);
});

test("nothing is asked after unmounting", async () => {
  const { asked, show } = scripted([]);
  await show("alice");
  act(() => root.unmount());
  await pass(60 * minute);
  expect([asked.length, vi.getTimerCount()]).toEqual([1, 0]);
  root = createRoot(document.createElement("div"));
});

test("a server renders it as loading", () => {
  const { auth } = scripted([]);
  const page = (
    <AmityAuthProvider auth={auth} user="alice">
      <Status />
    </AmityAuthProvider>
  );
  expect(renderToString(page)).toBe("<p>loading</p>");
});

test("the hook names what is missing above it", () => {
  expect(() => renderToString(<Probe />)).toThrow("AmityAuthProvider");
});

test("the documented component says who is there", () => {
  expect(renderToString(<Community user={null} />)).toBe("<p>Please sign in.</p>");
  expect(renderToString(<Community user="alice" />)).toBe("<p>One moment.</p>");
});
