# The gateway, and nothing else: Node.js, the packages it runs with, and what it was built to. docs/deploy.md has how to
# build and run it. No shell and no npm are in what comes out.

# Builds; the Node.js that is in it runs the gateway, too.
ARG BUILD_BASE=docker.io/library/node:24-bookworm-slim
# Holds what Node.js itself needs: glibc and libstdc++ of the same Debian.
ARG BASE=gcr.io/distroless/cc-debian12

FROM ${BUILD_BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN node src/build/build.mjs \
  && npm prune --omit=dev \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' \) -exec rm {} + \
  && rm -rf src tsconfig.json package-lock.json .npmrc

FROM ${BASE}
ARG VERSION=2.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="amity-graphql" \
  org.opencontainers.image.description="GraphQL API in front of Amity Social Cloud's authentication API" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app /app
COPY schema /app/schema
COPY LICENSE /app/
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 ADMIN_PORT=9464
EXPOSE 4000 9464
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["/usr/local/bin/node", "/app/dist/main.js", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/node", "--no-memory-reducer", "--max-semi-space-size=16", "/app/dist/main.js"]
CMD ["start"]
