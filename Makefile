# CollabCanvas: `make run` and `make test` need Python 3.11+ and make, nothing else.
# Node comes from PyPI, Postgres from PyPI, the tests' browser from npm where none is installed.

PYTHON ?= python3
BIN := .venv/bin
# Trust the machine's own certificates: behind a company proxy the bundled ones are not enough.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
export PYTHONDONTWRITEBYTECODE :=
export PATH := $(CURDIR)/$(BIN):$(PATH)

UV_VERSION := 0.13.9
FRONTEND_SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) $(wildcard frontend/*.ts frontend/*.html frontend/*.json)

.PHONY: run test soak bench ai-quality pictures check check-python check-frontend test-frontend test-python build format help
.DEFAULT_GOAL := help
# What a failed command has left half made is not there.
.DELETE_ON_ERROR:

help:
	@echo "make run     set everything up and serve on PORT (default 8000)"
	@echo "make test    set everything up and run every check and test"
	@echo "make soak    kill, freeze and cut off workers and databases, then SOAK_MINUTES=20 of steady load"
	@echo "make bench   measure the engine against its bars; WORKLOADS=W3,W4 for some of them"
	@echo "make check   formatter, linters and type checkers of both languages"
	@echo "make pictures make the screenshots of docs/images anew"
	@echo "make format  write the code in the agreed format"

run: .venv/.installed-run frontend/dist/index.html
	@exec $(BIN)/python start.py

test: check test-frontend test-python

check: check-python check-frontend

check-python: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-frontend: .venv/.installed-dev frontend/node_modules/.installed
	cd frontend && npm run --silent typecheck && npm run --silent lint && npm run --silent format:check
	$(BIN)/python tools/api_types.py --check

test-frontend: frontend/node_modules/.installed
	cd frontend && npm run --silent test

test-python: .venv/.installed-dev frontend/dist/index.html
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -n 2 --dist loadfile

# Needs PgBouncer: root installs it from Debian, anybody else is told to.
SOAK_MINUTES ?= 20
soak: .venv/.installed-dev
	@command -v pgbouncer >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get install -y --no-install-recommends pgbouncer; } \
	  || { echo "make soak needs PgBouncer: install it (Debian: apt-get install pgbouncer)" >&2; exit 1; }
	SOAK_MINUTES=$(SOAK_MINUTES) HYPOTHESIS_PROFILE=explore $(BIN)/pytest tests -m soak -q

ai-quality: .venv/.installed-run
	@$(BIN)/python -m tests.ai.quality.run

# Every .png of docs/images is a screenshot of that name of a browser test.
pictures: .venv/.installed-dev frontend/dist/index.html
	DOCS_PICTURES=1 $(BIN)/pytest -q tests/browser

bench: .venv/.installed-run
	@$(BIN)/python -m bench $(if $(WORKLOADS),--workloads $(WORKLOADS))

build: frontend/dist/index.html

format: .venv/.installed-dev frontend/node_modules/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd frontend && npm run --silent format

# A Debian without python3-venv can't make a virtual environment with pip; uv can.
.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit("CollabCanvas needs Python 3.11 or newer; set PYTHON=python3.x") if sys.version_info < (3, 11) else None'
	@echo "Setting up the Python environment"
	@$(PYTHON) -m venv .venv 2>/dev/null && $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
	  || { rm -rf .venv; $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .cache/bootstrap uv==$(UV_VERSION) \
	       && .cache/bootstrap/bin/uv venv --quiet --python $(PYTHON) .venv && cp .cache/bootstrap/bin/uv $(BIN)/uv; }

.venv/.installed-run: .venv/bin/uv requirements.txt requirements-build.txt
	@echo "Installing the application's packages"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.txt -r requirements-build.txt
	@touch $@

.venv/.installed-dev: .venv/.installed-run requirements-dev.txt
	@echo "Installing the packages of the tests and checks"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt
	@touch $@

frontend/node_modules/.installed: .venv/.installed-run frontend/package.json frontend/package-lock.json
	@echo "Installing the front end's packages"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(FRONTEND_SOURCES)
	@echo "Building the front end"
	@cd frontend && npm run --silent build
	@touch $@
