export default {
  logLevel: "warn",
  build: { ssr: "src/main.ts", outDir: "dist-vite", minify: true, emptyOutDir: true },
  ssr: { noExternal: true },
};
