import { createAmityAuth } from "amity-graphql-client";
import { appToken, endpoint } from "./app.js";

export const amityAuth = createAmityAuth({
  endpoint,
  getCredentials: () => `Bearer ${appToken()}`,
  onRenewalFailure: ({ code, requestId }) => console.warn("Amity's session is not renewed yet", code, requestId),
});
