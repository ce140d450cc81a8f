# The image of a Oneroom server; docs/install.md shows how to use it.
# Nobody has built this image with Docker yet. test/packages/image.test.ts runs its instructions in a folder.

FROM node:22-slim AS build
WORKDIR /oneroom
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY server server
COPY shared shared
COPY web web
COPY docs/examples docs/examples
RUN npm run build && rm dist/server/*.map

FROM node:22-slim AS dependencies
WORKDIR /oneroom
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:22-slim
WORKDIR /oneroom
COPY package.json LICENSE ./
COPY --from=dependencies /oneroom/node_modules node_modules
COPY --from=build /oneroom/dist dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
ENV NODE_ENV=production
ENV ONEROOM_HOST=0.0.0.0
ENV ONEROOM_DATA=/data
EXPOSE 3000 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=30s CMD ["node", "--eval", "fetch('http://127.0.0.1:3000/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/server/main.js"]
CMD ["serve"]
