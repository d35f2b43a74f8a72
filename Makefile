# The two commands a newcomer needs are `make demo` and `make test`; each installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Each process of the tests has a Redis, a stand-in and servers of its own. Those of the server tier
# wait for the most part, so there are more of them than cores. The crash tier kills its own alone.
PARALLEL := -n logical --maxprocesses 4 --dist loadfile
WAITING := -n 4 --dist loadfile

# The web client: built into the package, which serves it.
WEB := citewire/api/static/index.html
MODULES := frontend/node_modules/.installed
WEB_SOURCES := $(shell find frontend/src frontend/public -type f) frontend/index.html \
	frontend/package.json frontend/tsconfig.json frontend/vite.config.ts

.PHONY: setup web dev demo serve test test-quick test-web lint bench lock samples docs clean

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

test: lint test-quick
	$(BIN)/python -m pytest tests/server $(WAITING)
	$(BIN)/python -m pytest tests/crash $(PARALLEL)
	$(MAKE) test-web

# What needs no server: for while you work.
test-quick: setup
	$(BIN)/python -m pytest tests/unit tests/redis $(PARALLEL)

# Types as the server's schema has them, unit tests, then a browser against the real server.
test-web: setup
	npm --prefix frontend run --silent types -- --check
	npm --prefix frontend run --silent check
	npm --prefix frontend run --silent test
	npm --prefix frontend run --silent e2e

bench: setup
	$(BIN)/python bench/run.py

samples: setup
	$(BIN)/python samples/build.py

# What is made from the code: tables in the docs, .env.example, the web client's types.
docs: setup
	$(BIN)/python -m tests.client_types
	$(BIN)/python -m tests.docs_blocks
	$(BIN)/citewire settings --format env > .env.example
	$(BIN)/citewire settings --format markdown > docs/settings.md
	npm --prefix frontend run --silent types

# Needs uv. Every lock is complete and hashed, and names no index.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra embedded pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra embedded --group dev pyproject.toml -c requirements.lock \
		-o requirements-dev.lock

clean:
	rm -rf citewire/api/static frontend/node_modules $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
