# Two commands: `make demo` (a living city) and `make test` (what must pass). Needs Python >= 3.11 and npm.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-all lint install install-dev browser bench clean help

help:            ## these lines
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  +##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

demo: install    ## start Kota Magelang with demo data at http://127.0.0.1:8000
	@$(BIN)/tidar demo

install: $(VENV)/.installed node_modules/.installed

install-dev: $(VENV)/.installed-dev node_modules/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e . 2>/dev/null || $(BIN)/pip install --quiet --no-deps -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

node_modules/.installed: package.json package-lock.json
	npm ci --silent --no-fund --no-audit
	touch $@

browser: install-dev  ## make sure a Chromium is there, or say clearly that none can be had
	@$(BIN)/python -m tests.browser

test: install-dev browser  ## the tests of every day, about three minutes
	$(BIN)/python -m pytest -n 2 -m "not slow and not journey"
	$(BIN)/python -m pytest -m "journey and not slow"

lint: install-dev  ## ruff, mypy, import contracts, templates
	$(BIN)/ruff format --check tidar tests bench
	$(BIN)/ruff check tidar tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet ui tidar

test-all: lint test  ## everything CI runs: also slow and fault tests, and the everyday tests on PostgreSQL 15
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow and not alone"
	$(BIN)/python -m pytest -m "slow and alone"
	$(BIN)/python -m tests.postgres_server -n 2 -m "not slow and not journey"

bench: install-dev  ## side-by-side measurements: ours, a peer, the limit
	$(BIN)/python -m bench

clean:           ## remove what was installed and the demo city's state
	rm -rf $(VENV) node_modules .tidar .tidar-test
