import { createAmityAuth } from "amity-graphql-client";
import { RegionsSource } from "amity-graphql-client/documents";
import { checkAuthToken } from "./answers.js";
import { appToken, endpoint } from "./app.js";

const amityAuth = createAmityAuth({ endpoint, getCredentials: () => `Bearer ${appToken()}` });
checkAuthToken(await amityAuth.getAuthToken());
console.log(RegionsSource);
