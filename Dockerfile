# The image that runs Rewind: Node, dist and what draws pictures, nothing else; the build puts the packages into it.
# It must never hold a compiler, a development dependency, the sandbox or a secret (.dockerignore lets in only what is named there).

# Debian's slim variant, because the tests run on Debian and its C library, not on musl.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
# Without src/sandbox: the build fails if the product needs it.
COPY src ./src
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
# Owned by root and read by node, so that the running process cannot change its own code.
COPY --from=build /app/dist ./dist
# What draws pictures is a binary, and in no file of dist. Without it there are none.
COPY --from=build /app/node_modules/@resvg ./node_modules/@resvg
COPY package.json ./
USER node
EXPOSE 3000
# Node is process 1 and gets the signal itself.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "dist/health.js"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=4", "dist/main.js"]
