# The two commands a newcomer needs are `make demo` and `make test`; each installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The tests start hundreds of processes of Python: what is compiled once is kept.
export PYTHONDONTWRITEBYTECODE :=

# Each process of the tests has a Redis, a stand-in and servers of its own. They wait now and then, so
# there are more of them than cores of a small machine; those of the server tier wait for the most
# part. The crash tier kills its own alone.
QUICK := -n 3 --dist loadfile
WAITING := -n 4 --dist loadfile
PARALLEL := -n logical --maxprocesses 4 --dist loadfile

# The web client: built into the package, which serves it.
WEB := citewire/api/static/index.html
MODULES := frontend/node_modules/.installed
WEB_SOURCES := $(shell find frontend/src frontend/public -type f) frontend/index.html \
	frontend/package.json frontend/tsconfig.json frontend/vite.config.ts

# What releases are made with; not part of what everybody installs.
TOOLS := .tools
TOOLS_STAMP := $(TOOLS)/.installed

.PHONY: setup web dev demo serve test test-quick test-web check-web lint bench lock samples docs clean \
	dist sbom audit licences check-container

setup: $(STAMP) web

web: $(WEB)

$(WEB): $(MODULES) $(WEB_SOURCES)
	npm --prefix frontend run --silent build -- --logLevel warn

$(MODULES): frontend/package-lock.json
	@command -v npm >/dev/null || { echo "The web client needs Node.js 20.19 or newer (npm)."; exit 1; }
	npm --prefix frontend ci --silent
	touch $(MODULES)

# The server, and the client with hot reload at the address that Vite prints.
dev: setup
	$(BIN)/citewire serve & trap "kill $$!" EXIT; npm --prefix frontend run dev

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q citewire
	touch $(STAMP)

demo: setup
	$(BIN)/citewire demo

serve: setup
	$(BIN)/citewire serve

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MYPYPATH=bench $(BIN)/mypy bench/*.py
	$(BIN)/lint-imports

test:
	$(MAKE) --no-print-directory --jobs 2 setup
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint check-web
	$(MAKE) --no-print-directory test-quick
	$(BIN)/python -m pytest tests/server $(WAITING)
	$(BIN)/python -m pytest tests/crash $(PARALLEL)
	npm --prefix frontend run --silent e2e

# What needs no server: for while you work.
test-quick: setup
	$(BIN)/python -m pytest tests/unit tests/redis $(QUICK)

# The client's types as the server's schema has them, its linter and unit tests.
check-web: setup
	npm --prefix frontend run --silent types -- --check
	npm --prefix frontend run --silent check
	npm --prefix frontend run --silent test

# With a browser against the real server.
test-web: check-web
	npm --prefix frontend run --silent e2e

bench: setup
	$(BIN)/python bench/run.py --plots docs/images

samples: setup
	$(BIN)/python samples/build.py

# What is made from the code: tables in the docs, .env.example, the web client's types.
docs: setup
	$(BIN)/python -m tests.client_types
	$(BIN)/python -m tests.docs_blocks
	$(BIN)/citewire settings --format env > .env.example
	$(BIN)/citewire settings --format markdown > docs/settings.md
	npm --prefix frontend run --silent types
	$(BIN)/python -m tests.licences

licences: setup
	$(BIN)/python -m tests.licences

$(TOOLS_STAMP): requirements-release.lock
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --require-hashes -r requirements-release.lock
	touch $(TOOLS_STAMP)

# Wheel and sdist, with the web client built.
dist: setup
	rm -rf dist
	$(BIN)/python -m hatchling build

# All that is shipped, from the locks, as CycloneDX: into dist/.
sbom: $(TOOLS_STAMP)
	mkdir -p dist
	$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--of JSON -o dist/citewire-python.cdx.json requirements.lock
	npm --prefix frontend sbom --omit dev --package-lock-only --sbom-format cyclonedx \
		> dist/citewire-web.cdx.json

# Known faults of what is shipped; ends with 1 if there are any.
audit: $(TOOLS_STAMP)
	@echo "## Python"; status=0; \
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --format markdown \
		-r requirements.lock 2>&1 || status=1; \
	echo; echo "## The web client"; npm --prefix frontend audit --omit dev || status=1; \
	exit $$status

# The Dockerfile's steps without an engine; needs root on Debian, and debootstrap.
check-container: setup
	$(BIN)/python -m tests.bare_container

# Needs uv. Every lock is complete and hashed, and names no index.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra embedded --extra otel pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra embedded --extra otel --group dev pyproject.toml -c requirements.lock \
		-o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --group release -o requirements-release.lock

clean:
	rm -rf citewire/api/static frontend/node_modules $(VENV) $(TOOLS) dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
