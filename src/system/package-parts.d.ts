/**
 * Modules of packages whose own index loads many others that nobody needs. The packages restrict no paths, and their
 * versions are pinned. Whoever imports one says of which type it is.
 */
declare module "prom-client/lib/*" {
  const part: unknown;
  export default part;
}

declare module "rate-limiter-flexible/lib/*" {
  const part: unknown;
  export default part;
}
