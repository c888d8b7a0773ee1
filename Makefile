# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
MODEL  ?= golden/models/keras3-mlp
TESTS  ?= tests
RELEASES ?= 2.12.1 2.15.1 2.18.1 2.21.0

.PHONY: help run test lint types unit golden golden-check catalogue catalogue-check differential schema completions tables bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(BIN)/activate: pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-nodeps.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . --config-settings editable_mode=compat
	touch $@

run: $(BIN)/activate ## set up, inspect a model that we ship, confirm it by a real load
	$(BIN)/python -m inspector $(MODEL)

test: $(BIN)/activate lint types unit golden-check ## lint, types, tests, golden files

lint: $(BIN)/activate
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python scripts/make_schema.py --check
	$(BIN)/python scripts/make_catalogue.py --check
	$(BIN)/python scripts/make_completions.py --check

types: $(BIN)/activate
	$(BIN)/mypy

unit: $(BIN)/activate
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(TESTS)

golden: $(BIN)/activate ## rewrite golden/*.txt, *.json and MATRIX.txt
	$(BIN)/python golden/make_golden.py

golden-check: $(BIN)/activate
	$(BIN)/python golden/make_golden.py --check

tables: $(BIN)/activate ## rewrite the index of the rules and the tables of them in README.md and docs/
	$(BIN)/python scripts/make_rule_index.py
	$(BIN)/python scripts/make_tables.py

catalogue: $(BIN)/activate ## rebuild the op catalogue; ADD=/path/to/python adds that environment's TensorFlow
	$(BIN)/python scripts/make_catalogue.py $(if $(ADD),--add $(ADD))

catalogue-check: $(BIN)/activate ## compare the catalogue with wheels from PyPI, each in a throw-away environment; RELEASES="2.15.1 ..."
	$(BIN)/python scripts/make_catalogue.py --released $(RELEASES)

differential: $(BIN)/activate ## verdicts on damaged models against recorded loads; RECORD=1 [PYTHON=...] loads them, LIST=1 lists
	$(BIN)/python -m tests.differential $(if $(RECORD),--record $(if $(filter command line,$(origin PYTHON)),--python $(PYTHON)),$(if $(LIST),--all --list))

schema: $(BIN)/activate ## rebuild the protobuf descriptor sets
	$(BIN)/python scripts/make_schema.py

completions: $(BIN)/activate ## rebuild the shell completions
	$(BIN)/python scripts/make_completions.py

bench: $(BIN)/activate ## cold start and memory, as ratios
	$(BIN)/python scripts/bench.py

clean:
	rm -rf $(VENV) build dist *.egg-info
