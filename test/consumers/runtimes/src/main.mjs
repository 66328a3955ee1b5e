import { equal, match } from "node:assert/strict";
import process from "node:process";
import { createAmityAuth } from "amity-graphql-client";
import { RegionsSource } from "amity-graphql-client/documents";

const { GATEWAY, APP_TOKEN, USER_ID } = process.env;
const amityAuth = createAmityAuth({ endpoint: GATEWAY, getCredentials: () => `Bearer ${APP_TOKEN}` });
equal((await amityAuth.getAuthToken()).userId, USER_ID);
match(RegionsSource, /^query/);
