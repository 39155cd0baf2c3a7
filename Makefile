# jido: `make up` tries it, `make test` proves it. Needs Python 3.11 or newer and make.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help up install test check fuzz torture format docs screenshots bench bench-dashboard bench-loading clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(STAMP): pyproject.toml constraints.txt
	@echo "making $(VENV) and installing what jido and its tests need: a minute or two, once"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

install: $(STAMP) ## make .venv with the jido command and the development tools

up: install ## install, then run topologies/counter.yaml
	$(BIN)/jido up topologies/counter.yaml

check: install ## formatter, linter, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check ## everything that CI runs
	$(BIN)/pytest
	$(BIN)/python -m tests.conformance.otp tests/conformance/data/otp_supervisor.jsonl.gz --level machine
	$(BIN)/python -m tests.conformance.otp tests/conformance/data/otp_supervisor.jsonl.gz --level runtime

fuzz: install ## a million random expressions against the CEL library, broken topologies for a minute
	$(BIN)/python -m tests.core.expressions.fuzz
	$(BIN)/python -m tests.fuzz.topology --seconds 60

torture: install ## a million signals at full mailboxes, and random walks with new values
	$(BIN)/python -m tests.torture.flood
	for run in $$(seq 20); do JIDO_EXPLORE=1 $(BIN)/pytest -q tests/runtime/test_interleavings.py tests/runtime/test_overflow.py || exit 1; done

bench: install ## this machine's figures
	$(BIN)/jido bench

bench-dashboard: install ## what the dashboard costs an engine at full speed, seven minutes
	$(BIN)/python -m tests.benchmarks.dashboard

bench-loading: install ## what linting costs, of 1,000 files and of one with 100,000 lines, a minute
	$(BIN)/python -m tests.benchmarks.loading

format: install ## write the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: install ## write what docs/ has from the schema, the rules and the table of functions
	$(BIN)/python -m tests.docs.reference
	$(BIN)/python -m tests.docs.expressions_page
	$(BIN)/python -m tests.docs.rules_page

screenshots: install ## draw the dashboard's picture for the docs, from the demo
	$(BIN)/python -m tests.tui.picture docs/images/dashboard.svg

clean: ## remove what was installed and cached
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
