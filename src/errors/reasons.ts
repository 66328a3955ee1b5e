/** Why something was refused or failed, for whoever has to mend it. */
export interface ReasonInfo {
  readonly means: string;
  /** What an operator does about it. */
  readonly todo: string;
  /** Codes of Node's, undici's or OpenSSL's that mean the same. */
  readonly codes?: readonly string[];
}

/** A credential that is not taken. */
const credentials = {
  "unknown scheme": {
    means:
      "the Authorization header is not one `Bearer TOKEN` or `ApiKey ID.SECRET`, or AUTH_MODE does not name its kind",
    todo: "see what the client sends; add the kind to AUTH_MODE if it is wanted",
  },
  "token too long": {
    means: "the token has more than 8192 characters",
    todo: "have the identity provider put less into it, such as groups",
  },
  ERR_JWS_INVALID: {
    means: "what came as a token is no signed JWT",
    todo: "have the client send the access token itself: an opaque or encrypted one cannot be verified here",
  },
  ERR_JWT_INVALID: {
    means: "the token's signature is right and its payload is no JSON object",
    todo: "have the client send an access token; see what else signs with this key",
  },
  ERR_JOSE_ALG_NOT_ALLOWED: {
    means: "the token is signed in a way that AUTH_JWT_ALGORITHMS does not name",
    todo: "name the provider's algorithm there if it is one of those possible; otherwise somebody tries forged tokens",
  },
  ERR_JOSE_NOT_SUPPORTED: {
    means: "the token names another algorithm than its key is for, or a `crit` header that nobody here knows",
    todo: "check AUTH_JWT_PUBLIC_KEY and what the identity provider signs with",
  },
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: {
    means: "the token was not signed with the key that it names, or was changed",
    todo: "check that the client's identity provider is the one of AUTH_JWT_*; one token alone may be an attack",
  },
  ERR_JWKS_NO_MATCHING_KEY: {
    means: "the token names a key that the identity provider does not publish",
    todo: "check that the client's identity provider is the one of AUTH_JWT_*; the key may have been withdrawn",
  },
  ERR_JWT_EXPIRED: {
    means: "the token is past its `exp`, or older than AUTH_JWT_MAX_AGE_S; `claim` says which",
    todo: "nothing: the client gets another one. If all tokens do so, check this machine's clock",
  },
  "claim missing": {
    means: "the token has no claim, or header, of the name in `claim`",
    todo: "have the identity provider add it; for the user's, check AUTH_JWT_USER_CLAIM",
  },
  "claim invalid": {
    means: "the claim in `claim` holds something of no use: for a time no number of seconds, for the user no id",
    todo: "have the identity provider mend it; for the user's, check AUTH_JWT_USER_CLAIM",
  },
  "claim check failed": {
    means:
      "the claim in `claim` is not the one wanted: another issuer, audience or type, or a time that is yet to come",
    todo: "compare AUTH_JWT_ISSUER, AUTH_JWT_AUDIENCE and AUTH_JWT_TYP with a token; for a time, check the clocks",
  },
  "a name twice": {
    means: "the token names a claim or a header twice, which readers understand in different ways",
    todo: "have the identity provider mend it; from an unknown sender it is an attack",
  },
  "sender-constrained token": {
    means: "the token is bound to a key of the client's (`cnf`), which cannot be checked here",
    todo: "have the identity provider issue plain bearer tokens for this audience",
  },
  "unusable token": {
    means: "the token could not be verified with its key",
    todo: "check that the key is one for the algorithm that the token names",
  },
  "no such key": {
    means: "the service key's id is not in AUTH_API_KEYS_FILE, or its secret is another",
    todo: "compare the client's key with the file; make another with amity-graphql apikey",
  },
  "access token refused": {
    means: "the access token that a caller wanted to be checked or revoked is none, or is dead already",
    todo: "nothing; many of them from one caller are guesses",
  },
  "expired key": {
    means: "the service key is past its `expires` in AUTH_API_KEYS_FILE",
    todo: "make another with amity-graphql apikey, and give it to the client",
  },
} as const satisfies Record<string, ReasonInfo>;

/** A caller who is known, and does not get what was asked for. */
const callers = {
  "acts for another": {
    means: "the caller asked for another user's id without the right to act for others",
    todo: "give a service the scope of AUTH_DELEGATE_SCOPE if it should have it; a service key's `userIdPrefix` may be too narrow",
  },
  "changes users": {
    means: "the caller asked to change a user, or a user's roles, without the right to",
    todo: "give a service `amity:users:write`, and `amity:users:roles` for roles; its key's `userIdPrefix` may be too narrow; nobody changes himself",
  },
  "another display name": {
    means: "the caller asked for another display name than the one in AUTH_DISPLAY_NAME_CLAIM",
    todo: "have the app leave `displayName` out",
  },
  "caller's rate": {
    means: "the caller asked more often than RATE_LIMIT_USER or RATE_LIMIT_SERVICE allow",
    todo: "find out what asks so often; raise the limit if it may",
  },
  "visitors' rate": {
    means:
      "visitors of one address or one device asked more often than VISITOR_LIMIT_ADDRESS or VISITOR_LIMIT_DEVICE allow",
    todo: "find out who asks so often; behind a proxy set TRUSTED_PROXIES, or all visitors have its address",
  },
} as const satisfies Record<string, ReasonInfo>;

const trust = "if the server is yours, set AMITY_MTLS_CA_FILE (for Amity) or NODE_EXTRA_CA_CERTS to its CA";
const interception = "something between, such as a proxy, opens the traffic";

/** On the way to another server: Amity or the identity provider. */
const network = {
  ENOTFOUND: {
    means: "the host's name has no address",
    todo: "check the spelling of its URL, and this machine's DNS servers",
    codes: ["ENODATA"],
  },
  EAI_AGAIN: {
    means: "DNS servers do not answer",
    todo: "check this machine's DNS servers, and whether the process may reach them",
    codes: ["EAI_FAIL", "ESERVFAIL", "EREFUSED"],
  },
  ECONNREFUSED: {
    means: "the host takes no connection at this port",
    todo: "check the port and that the server, or the proxy, runs",
  },
  ECONNRESET: {
    means: "the other side broke the connection off",
    todo: "see the `phase`: in `tls`, check the client certificate and what is between; later, ask whoever runs the server",
    codes: ["EPIPE", "ECONNABORTED", "UND_ERR_SOCKET", "ERR_STREAM_PREMATURE_CLOSE"],
  },
  EHOSTUNREACH: {
    means: "no way leads to the host",
    todo: "check routes and firewalls between this machine and the host",
    codes: ["EHOSTDOWN"],
  },
  ENETUNREACH: {
    means: "this machine has no way to the host's network",
    todo: "check this machine's network and routes; an address of IPv6 needs IPv6",
    codes: ["ENETDOWN", "EADDRNOTAVAIL"],
  },
  timeout: {
    means: "it took too long",
    todo: "see the `phase`: look for a slow DNS server, proxy, server or disk; in `connect`, for a firewall that says nothing",
    codes: ["ETIMEDOUT", "EAI_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"],
  },
  CERT_HAS_EXPIRED: {
    means: "the server's certificate has expired, or one of its chain has",
    todo: "check this machine's clock; otherwise whoever runs the server has to renew it",
  },
  CERT_NOT_YET_VALID: {
    means: "the server's certificate is not valid yet",
    todo: "check this machine's clock; otherwise whoever runs the server has to replace it",
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    means: "the server's certificate is self-signed",
    todo: `${trust}; otherwise ${interception}`,
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    means: "the server's certificate is signed by a CA that is not known here, and which it sends along",
    todo: `${trust}; otherwise ${interception}`,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    means: "the server's certificate is signed by a CA that is not known here",
    todo: `${trust}; otherwise the server sends an incomplete chain, or ${interception}`,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    means: "the server's chain of certificates ends at a CA that is not known here",
    todo: `${trust}; otherwise the server sends an incomplete chain, or ${interception}`,
    codes: ["UNABLE_TO_GET_ISSUER_CERT"],
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    means: "the server's certificate is for another host",
    todo: `check the URL; otherwise ${interception}`,
    codes: ["HOSTNAME_MISMATCH"],
  },
  "unusable certificate": {
    means: "the server's certificate is not one for servers, was revoked, is too weak or is badly made",
    todo: "whoever runs the server has to replace it; amity-graphql doctor looks at Amity's",
    codes: [
      "INVALID_PURPOSE",
      "INVALID_CA",
      "PATH_LENGTH_EXCEEDED",
      "CERT_UNTRUSTED",
      "CERT_REJECTED",
      "CERT_REVOKED",
      "CERT_CHAIN_TOO_LONG",
      "CERT_SIGNATURE_FAILURE",
      "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
      "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
      "ERROR_IN_CERT_NOT_BEFORE_FIELD",
      "ERROR_IN_CERT_NOT_AFTER_FIELD",
    ],
  },
  "client certificate refused": {
    means: "the server wants a client certificate, and takes none or not the one that it got",
    todo: "check AMITY_MTLS_CERT_FILE and that Amity's console has the certificate enabled; run amity-graphql doctor",
  },
  "not TLS": {
    means: "what answers at the port does not speak TLS",
    todo: "check the port of the URL, and proxies",
    codes: ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "ERR_SSL_HTTP_REQUEST"],
  },
  "TLS failure": {
    means: "the two sides agree on no version or cipher of TLS, or one of them does not keep to it",
    todo: "the server has to speak TLS 1.2 or 1.3; run amity-graphql doctor",
  },
  "malformed HTTP": {
    means: "the answer is not HTTP, has headers that are too large, or changes the protocol",
    todo: "check the port of the URL, and proxies",
    codes: ["UND_ERR_HEADERS_OVERFLOW"],
  },
  "unknown fault": {
    means: "a fault that this list does not know",
    todo: "run amity-graphql doctor; look at the operating system's log",
  },
} as const satisfies Record<string, ReasonInfo>;

/** A proxy that should connect us, and not the host behind it. `problem` names the proxy. */
const proxies = {
  PROXY_UNREACHABLE: {
    means: "the proxy cannot be used",
    todo: "check the proxy's scheme, host and port in HTTPS_PROXY, and whether the proxy runs",
  },
  PROXY_TIMEOUT: {
    means: "the proxy gives no connection in time",
    todo: "check the proxy's host and port in HTTPS_PROXY, and ask whoever runs the proxy how it does",
  },
  PROXY_AUTH_REQUIRED: {
    means: "the proxy wants a user and password, or others than it was given",
    todo: "put user and password into HTTPS_PROXY, percent-encoded: http://user:password@host:port",
  },
  PROXY_REFUSED: {
    means: "the proxy refuses to connect to the host",
    todo: "ask whoever runs the proxy to allow the host and its port; or name the host in NO_PROXY",
  },
  PROXY_CANNOT_CONNECT: {
    means: "the proxy does not reach the host itself",
    todo: "ask whoever runs the proxy why it does not reach the host; its DNS and firewall count here",
  },
} as const satisfies Record<string, ReasonInfo>;

/** Whole answers of the identity provider's or of Amity's that are not what they should be. */
const answers = {
  redirect: {
    means: "the answer sends to another address, and redirects are not followed",
    todo: "set the URL to where it leads, if that is right; a page to sign in at is a proxy's",
  },
  "unexpected status": {
    means: "the answer has another status than 200; it stands beside",
    todo: "404: check the URL. 401 or 403: nothing may stand before it. 5xx: ask whoever runs the server",
  },
  "too large": {
    means: "an answer over 256 KiB, or a file over 1 MiB",
    todo: "check the URL or the path: it is something else",
  },
  "encoded body": {
    means: "the answer is compressed although that was not asked for, or does not unpack",
    todo: "have the server, or the proxy between, send it as it is",
    codes: ["Z_DATA_ERROR", "Z_BUF_ERROR"],
  },
  "not UTF-8": { means: "the answer is not UTF-8", todo: "check the URL, and proxies" },
  "HTML page": {
    means: "the answer is a page for people",
    todo: "check the URL; a proxy's page to sign in at, or one about maintenance, may stand before the server",
  },
  "not JSON": { means: "the answer is not JSON, or not all of it", todo: "check the URL, and proxies" },
} as const satisfies Record<string, ReasonInfo>;

/** What the identity provider publishes. */
const provider = {
  "not https": {
    means: "the address of the keys is not https, nor on this machine, or has a user or password in it",
    todo: "the discovery document's `jwks_uri` must be https without them: ask whoever runs the identity provider",
  },
  "no discovery document": {
    means: "the answer below AUTH_JWT_ISSUER names no `issuer` and `jwks_uri` as OpenID Connect Discovery asks",
    todo: "check AUTH_JWT_ISSUER; for a provider without discovery set AUTH_JWT_JWKS_URL",
  },
  "another issuer": {
    means: "the discovery document names another issuer than AUTH_JWT_ISSUER",
    todo: "set AUTH_JWT_ISSUER to exactly what the document and the tokens name, slash at the end included",
  },
  "no key set": {
    means: "the answer is JSON without a list of `keys`",
    todo: "check AUTH_JWT_JWKS_URL: it is another document",
  },
  "no usable key": {
    means: "the key set has no key that verifies RS256, PS256, ES256 or EdDSA: it is empty, or all are weak or secret",
    todo: "have the provider publish one; an RSA key needs 2048 bits",
  },
  "odd key": {
    means: "the token's key is published in a way that cannot be used, or two keys have its id",
    todo: "have the provider mend its key set",
  },
} as const satisfies Record<string, ReasonInfo>;

/** Calls to Amity that were refused or not made. */
const amity = {
  "key refused": {
    means: "Amity does not take the gateway's key",
    todo: "copy the key from Amity's console again; secure mode may be off, or mutual TLS may want a client certificate",
  },
  "visitor signature refused": {
    means: "Amity does not take the signature that the gateway made for a visitor's session",
    todo: "copy the visitor secret from Amity's console again, for the right region; check this machine's clock",
  },
  "key of another region": {
    means: "Amity forbids the API key in this region, which is what it answers to a key of another region's network",
    todo: "check that the API key is the region's own, and AMITY_REGION; otherwise copy it from Amity's console again",
  },
  "admin token refused": {
    means: "Amity does not take the gateway's admin token",
    todo: "make another in Amity's console: one lives a year, and a newer one ends it. AMITY_ADMIN_AUTH may be the other way, or mutual TLS may want a client certificate",
  },
  "auth token refused": {
    means: "Amity does not take the auth token that the client gave",
    todo: "nothing: the client gets another one. If all are refused, check that region and network are the right ones",
  },
  "user banned": { means: "Amity has banned the user", todo: "nothing, or lift the ban in Amity's console" },
  "request refused": {
    means: "Amity does not take the request, for what it asks",
    todo: "look at `amity`; the route may be another version: AMITY_TOKEN_API, AMITY_SESSION_API",
  },
  "rate limit": { means: "Amity's rate limit is reached", todo: "have clients ask less; TOKEN_REUSE_SECONDS helps" },
  "server error": { means: "Amity answered with 5xx", todo: "see Amity's status page; it is tried again by itself" },
  "not an auth token": {
    means: "Amity's answer is not an auth token",
    todo: "check the region's base URL, AMITY_TOKEN_API, and proxies",
  },
  "not a session": {
    means: "Amity's answer is not a session: it has no access token, or is not an object",
    todo: "check the region's base URL, AMITY_SESSION_API, and proxies",
  },
  "no success": {
    means: "Amity's answer does not say that what was asked was done",
    todo: "check the region's base URL, and proxies",
  },
  "no users": {
    means: "Amity's answer has no list of users",
    todo: "check the region's base URL, and proxies",
  },
  "another user": {
    means: "Amity's answer does not hold the user that was asked for",
    todo: "ask Amity's support, with the time and the request id",
  },
  "circuit open": {
    means: "no call was made: the region failed just before, and is tried again after five seconds",
    todo: "look for the reason of the calls before",
  },
  "no time left": {
    means: "no call was made: UPSTREAM_TIMEOUT_MS was over",
    todo: "look for what took the time: the call before, or a busy process",
  },
  "region queue full": {
    means: "no call was made: 64 to the region are under way, and too many wait",
    todo: "Amity is slow, or there are too few replicas",
  },
  "no API key": {
    means: "no call was made: the region has no API key",
    todo: "set AMITY_EU_API_KEY, or another region's",
  },
  "no server key": {
    means: "no call was made: the region has no server key",
    todo: "set AMITY_EU_SERVER_KEY, or another region's",
  },
  "no admin token": {
    means: "no call was made: the region has no admin token",
    todo: "set AMITY_EU_ADMIN_TOKEN, or another region's",
  },
} as const satisfies Record<string, ReasonInfo>;

/** Files that are read again, and kept out. */
const files = {
  ENOENT: {
    means: "there is no such file",
    todo: "put it in place; in a container, check that the volume is mounted",
    codes: ["ENAMETOOLONG"],
  },
  ENOTDIR: { means: "the path goes through a file as if it were a folder", todo: "check the path" },
  ELOOP: { means: "symbolic links lead in a circle", todo: "check the path, and what the links name" },
  EACCES: { means: "the process may not read the file", todo: "check its owner, mode and folder", codes: ["EPERM"] },
  EMFILE: { means: "too many files are open", todo: "raise `ulimit -n`", codes: ["ENFILE"] },
  EIO: { means: "the disk or mount fails", todo: "look at the operating system's log", codes: ["ESTALE", "ENXIO"] },
  "not a regular file": { means: "it is a folder, a pipe or a device", todo: "check the path" },
  "not a header value": {
    means: "the key holds what no HTTP header may: other than visible ASCII",
    todo: "write the key alone into it",
  },
  "not a certificate": { means: "the file holds no certificate in PEM", todo: "check that nothing was cut off" },
  "not a private key": {
    means: "the file holds no private key in PEM that can be read without a password",
    todo: "check that nothing was cut off; decrypt it",
  },
  "another key": {
    means: "the private key is not the certificate's",
    todo: "put both of one pair in place; they are read together, and again every second",
  },
  "expired certificate": { means: "the new certificate has expired already", todo: "put a newer one in place" },
  "not a list of keys": {
    means: "the file is not what AUTH_API_KEYS_FILE must be; `problem` says where",
    todo: "mend the entry; amity-graphql apikey makes one",
  },
  "cannot be used": {
    means: "the file's text is not what the setting takes; `problem` says why",
    todo: "mend it, or compare it with the one that worked",
  },
} as const satisfies Record<string, ReasonInfo>;

/** Sinks of the audit that take no lines. */
const sinks = {
  ENOSPC: {
    means: "the disk, or this user's share of it, is full",
    todo: "make room: rotate the audit and move old files away; it is written again within a second",
    codes: ["EDQUOT", "EFBIG"],
  },
  "not writable": {
    means: "the process may not write the file, or make files in its folder, where its lock lies",
    todo: "let this process's user write the folder; a file system that is read-only cannot hold the audit",
    codes: ["EROFS"],
  },
  "nobody reads": {
    means: "nobody listens at the socket, or has the pipe open",
    todo: "start what collects the audit; it is found within a second",
  },
  "another writer": {
    means:
      "another process writes the file, or it holds something else than this gateway's audit; `problem` says which",
    todo: "give each gateway a file of its own",
  },
} as const satisfies Record<string, ReasonInfo>;

const table = {
  ...credentials,
  ...callers,
  ...network,
  ...proxies,
  ...answers,
  ...provider,
  ...amity,
  ...files,
  ...sinks,
};

/** Every `reason` that the log, the audit, the metrics and the doctor can name. */
export type Reason = keyof typeof table;

/** The one table of reasons: what each means, and what to do. */
export const reasons: Readonly<Record<Reason, ReasonInfo>> = table;

/** Why a credential is refused. */
export type CredentialReason = keyof typeof credentials;

/** All of them, for the metrics. */
export const credentialReasons: readonly CredentialReason[] = keysOf(credentials);

/** The table in the parts that the page about trouble has. */
export const reasonSections: readonly (readonly [title: string, reasons: readonly Reason[]])[] = [
  ["Credentials", keysOf(credentials)],
  ["Callers", keysOf(callers)],
  ["Network and TLS", keysOf(network)],
  ["Proxies", keysOf(proxies)],
  ["Answers", keysOf(answers)],
  ["The identity provider", keysOf(provider)],
  ["Amity", keysOf(amity)],
  ["Files", keysOf(files)],
  ["The audit", keysOf(sinks)],
];

function keysOf<K extends Reason>(part: Readonly<Record<K, ReasonInfo>>): readonly K[] {
  return Object.keys(part) as K[];
}
