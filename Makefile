# Everything a newcomer runs. `make run` and `make test` install what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: help install run test test-all compare bench probe simulate chaos demo-regression demo-rollout demo-monolith lint protos check-protos accept-protos lock clean

help:  ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## Install into .venv, every package pinned and checked by hash

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: install  ## Run everything with a demo on real video; Ctrl-C stops it
	$(BIN)/camplane up --demo

PYTEST_ARGS ?= -n auto --dist loadfile

test: lint check-protos  ## Run every check and all tests, the long ones in a short form
	$(BIN)/python -m pytest -m "not long" $(PYTEST_ARGS)

test-all: lint check-protos  ## Run every check and all tests, the long ones whole
	$(BIN)/python -m pytest $(PYTEST_ARGS)

compare: install  ## Ask legacy and domain the same, then plant 40 faults that this must find (two minutes)
	$(BIN)/camplane compare $(COMPARE_ARGS)
	$(BIN)/python -m camplane_tools.mutations

BENCH_ARGS ?= --write docs/performance.md

bench: install  ## Measure speed and memory, and write docs/performance.md (25 minutes)
	$(BIN)/python -m camplane_tools.bench $(BENCH_ARGS)

PROBE_ARGS ?= --chart probe.svg

probe: install  ## Measure legacy against domain on a fresh camplane, and draw probe.svg (a minute)
	$(BIN)/camplane probe --fresh $(PROBE_ARGS)

SIMULATE_ARGS ?= --write docs/rollout-simulation.md

simulate: install  ## Roll out a thousand times in simulated scenarios, and write docs/rollout-simulation.md (minutes)
	$(BIN)/python -m camplane_tools.bench.simulation $(SIMULATE_ARGS)

CHAOS_ARGS ?= --rounds 1000 --write docs/chaos-tests.md

chaos: install  ## Break a running camplane 1,000 times and see that nothing is lost (about an hour)
	$(BIN)/python -m camplane_tools.chaos $(CHAOS_ARGS)

demo-regression: install  ## Make domain slow, wrong, down and hung, and see that the comparison says so (a minute)
	$(BIN)/python -m camplane_tools.demos.regression

demo-rollout: install  ## Roll out on real traffic to the end, and again on a domain that turns bad (a minute or two)
	$(BIN)/python -m camplane_tools.demos.rollout

DEMO_ARGS ?=

demo-monolith: install  ## Roll out before a monolith of another make, kill and hang domain, and see that no client notices (minutes)
	$(BIN)/python -m camplane_tools.demos.monolith $(DEMO_ARGS)

lint: install  ## Check style, types, layering and contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy camera_service alert_service gateway servicekit camplane_tools protos
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell
	$(BIN)/python -m protos.build lint

protos: install  ## Write gen/ and docs/openapi.yaml from protos/
	$(BIN)/python -m protos.build write

check-protos: install  ## Fail when what `make protos` writes is stale, or a contract breaks its clients
	$(BIN)/python -m protos.build check

accept-protos: install  ## Make today's contracts the ones that must not be broken
	$(BIN)/python -m protos.build accept

lock: install  ## Renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras pyproject.toml -o requirements.lock

clean:  ## Remove what make made
	rm -rf $(VENV) .build
