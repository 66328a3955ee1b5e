// The package.json of amity-graphql-client.

/** From the server's package.json, for both are released as one, and the names of the entries. */
export function clientManifest({ version, license, repository, engines }, entries) {
  const subpaths = entries.filter((name) => name !== "index");
  return {
    name: "amity-graphql-client",
    version,
    description:
      "Auth tokens and sessions of Amity Social Cloud from an amity-graphql gateway: for browsers, React Native and Node.js",
    keywords: ["amity", "social.plus", "graphql", "authentication", "react", "react-native"],
    license,
    ...(repository && { repository }),
    engines,
    type: "commonjs",
    sideEffects: false,
    // For what does not read `exports`: there a subpath is a file of this folder.
    main: "./index.js",
    module: "./index.mjs",
    types: "./types/index.d.ts",
    typesVersions: { "*": Object.fromEntries(subpaths.map((name) => [name, [`./types/${name}/index.d.ts`]])) },
    exports: {
      ...Object.fromEntries(entries.map((name) => [name === "index" ? "." : `./${name}`, conditions(name)])),
      "./package.json": "./package.json",
    },
    peerDependencies: { "amity-graphql": version, graphql: ">=15", react: ">=18" },
    peerDependenciesMeta: {
      "amity-graphql": { optional: true },
      graphql: { optional: true },
      react: { optional: true },
    },
  };
}

function conditions(name) {
  const types = `./types/${name === "index" ? "index" : `${name}/index`}`;
  return {
    import: { types: `${types}.d.mts`, default: `./${name}.mjs` },
    require: { types: `${types}.d.ts`, default: `./${name}.js` },
  };
}
