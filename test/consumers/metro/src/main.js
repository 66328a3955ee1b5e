import { createAmityAuth } from "amity-graphql-client";
import { RegionsSource } from "amity-graphql-client/documents";
import { AmityAuthProvider } from "amity-graphql-client/react";

globalThis.app = { createAmityAuth, RegionsSource, AmityAuthProvider };
