import { reasonOf } from "../errors/reason-of.js";
import { Late } from "../system/in-time.js";

interface FailureInfo {
  readonly means: string;
  readonly todo: string;
  /** How Redis begins its answer. */
  readonly answer?: RegExp;
}

/** Why Redis is not used: the reasons of the log and the metrics. The first that fits is taken. */
export const failures = {
  "wrong password": {
    means: "Redis refuses the user and password of REDIS_URL, or wants one",
    todo: "compare REDIS_URL with the server's ACL; a password's special characters are URL-encoded",
    answer: /\b(?:WRONGPASS|NOAUTH|invalid password|AUTH failed)\b/i,
  },
  "not permitted": {
    means: "the ACL of the user in REDIS_URL forbids a command, a key or a channel",
    todo: "give it the rule in docs/operations.md; REDIS_PREFIX has to be the one that the rule names",
    answer: /\bNOPERM\b|\bACL failure\b|executing the script can't/,
  },
  "no such database": {
    means: "the server has no database of the number in REDIS_URL",
    todo: "take a lower number in REDIS_URL, or more `databases` in the server's configuration",
    answer: /\bDB index\b/i,
  },
  "read-only": {
    means: "the server is a replica, or was made one: it takes no writes",
    todo: "nothing during a fail-over; else let REDIS_URL name the master, or set REDIS_MODE=sentinel",
    answer: /\bREADONLY\b/,
  },
  "out of memory": {
    means: "Redis has reached its maxmemory and evicts nothing that could make room",
    todo: "give it more memory, or the policy volatile-lru: all that the gateway writes expires",
    answer: /\bOOM\b/,
  },
  "disk failure": {
    means: "Redis stopped taking writes, since it cannot save, or has too few replicas",
    todo: "look at the server's log; what the gateway shares needs no disk at all",
    answer: /\b(?:MISCONF|NOREPLICAS)\b/,
  },
  loading: {
    means: "Redis has just started and reads its data",
    todo: "nothing: it ends by itself",
    answer: /\b(?:LOADING|MASTERDOWN)\b/,
  },
  "cluster down": {
    means: "a part of the Cluster has no master",
    todo: "nothing during a fail-over; else look at CLUSTER INFO",
    answer: /\b(?:CLUSTERDOWN|TRYAGAIN)\b|Too many Cluster redirections/i,
  },
  "another mode": {
    means: "the server is of another kind than REDIS_MODE says",
    todo: "set REDIS_MODE to standalone, sentinel or cluster as the server is",
    answer: /\b(?:MOVED|ASK|CROSSSLOT|cluster support disabled|unknown command|Unknown sentinel subcommand)\b/i,
  },
  "no master": {
    means: "no Sentinel of REDIS_URL answers, or none knows a master of the name in REDIS_SENTINEL_MASTER",
    todo: "compare the name with the Sentinels' configuration; check REDIS_SENTINEL_PASSWORD and the network",
    answer: /\ball sentinels are unreachable\b/i,
  },
  "no message": {
    means: "Redis takes what is published, and it does not come back by the subscription",
    todo: "check the ACL's channels (&PREFIX:*) and the network",
  },
  "too slow": {
    means: "Redis does not answer within REDIS_TIMEOUT_MS: it is stopped, busy, or cut off",
    todo: "look at the server and the network; raise REDIS_TIMEOUT_MS only for a Redis that is far away",
  },
  unreachable: {
    means: "there is no connection with Redis",
    todo: "check that it runs, host and port in REDIS_URL, whether it speaks TLS (rediss://), and the network between",
  },
  "TLS failure": {
    means: "the connection is refused for its certificate, or one side does not speak TLS",
    todo: "check redis:// or rediss:// in REDIS_URL, the names in the server's certificate, and REDIS_CA_FILE",
  },
  other: { means: "Redis answers with an error that is not known here", todo: "look at the server's log" },
} as const satisfies Readonly<Record<string, FailureInfo>>;

export type Failure = keyof typeof failures;

/** Redis is not used at the moment. */
export class RedisAway extends Error {}

/** What a check found out by itself. */
export class CheckFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure);
  }
}

const withAnswers = (Object.keys(failures) as Failure[]).flatMap((failure) => {
  const info: FailureInfo = failures[failure];
  return info.answer ? [[failure, info.answer] as const] : [];
});

/**
 * Why a command failed. The library's errors hold commands with their arguments, the password among them, and texts
 * that quote them: nothing of them comes out but a reason. `connectionError`: what the connection told of last.
 */
export function failureOf(error: unknown, connectionError?: unknown): Failure {
  if (error instanceof CheckFailure) return error.failure;
  if (error instanceof Late) return connectionError === undefined ? "too slow" : failureOf(connectionError);
  // A Cluster's client says in `lastNodeError` what is behind it.
  const { message, lastNodeError }: { message?: unknown; lastNodeError?: unknown } = Object(error);
  if (lastNodeError) return failureOf(lastNodeError);
  const answered = withAnswers.find(([, answer]) => answer.test(String(message)));
  if (answered) return answered[0];
  if (connectionError !== undefined && connectionError !== error) return failureOf(connectionError);
  return ofNetwork(error, String(message));
}

function ofNetwork(error: unknown, message: string): Failure {
  const reason = reasonOf(error, "cannot be used");
  const text = `${message} ${reason}`;
  if (/\bETIMEDOUT\b/.test(text)) return "unreachable";
  if (/timed? ?out/i.test(text)) return "too slow";
  if (/certificate|\b(?:TLS|SSL)\b|self[- _]signed|altname|EPROTO/i.test(text)) return "TLS failure";
  if (reason !== "cannot be used" || /writeable|connection is closed|slots cache|\bconnect\b|socket/i.test(text)) {
    return "unreachable";
  }
  return "other";
}
