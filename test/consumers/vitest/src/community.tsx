import { createAmityAuth } from "amity-graphql-client";
import { AmityAuthProvider, useAmityAuth } from "amity-graphql-client/react";
import { appToken, endpoint } from "./app.js";

const amityAuth = createAmityAuth({ endpoint, getCredentials: () => `Bearer ${appToken()}` });

/** `user` is your app's own: who is signed in, or null. */
export function Community({ user }: { user: string | null }) {
  return (
    <AmityAuthProvider auth={amityAuth} user={user}>
      <Welcome />
    </AmityAuthProvider>
  );
}

function Welcome() {
  const { status, token, error, refresh } = useAmityAuth();
  if (status === "signedOut") return <p>Please sign in.</p>;
  if (status === "loading") return <p>One moment.</p>;
  if (token) return <p>Hello {token.userId}.</p>;
  return (
    <button type="button" onClick={refresh}>
      Try again: {error?.code}
    </button>
  );
}
