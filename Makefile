# SPDX-License-Identifier: Apache-2.0
# Needs Python 3.11 to 3.13 and make; everything else is installed into .venv from uv.lock.

SUITS = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for one in python3.11 python3.12 python3.13 python3 python; do \
	$$one -c '$(SUITS)' 2>/dev/null && { echo $$one; break; }; done)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test ui check bench lock clean

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(BIN)/.synced ## run the example DAG over sample_data/ in a real Airflow and tell what it did
	@$(BIN)/python scripts/demo.py

ui: $(BIN)/.synced ## start Airflow with custody in it and say where to log in
	@$(BIN)/python scripts/ui.py

test: $(BIN)/.synced ## run the tests, but for those marked slow
	@$(BIN)/python -m pytest -q -n 2

check: $(BIN)/.synced ## ruff, mypy --strict, and the rules who may import whom
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(BIN)/.synced ## measure against the peers; BENCH=audit, classify or lineage for one, ARGS=--quick or --large
	@$(BIN)/uv sync --quiet --frozen --group bench
	@$(BIN)/python -m benchmarks.run $(BENCH) $(ARGS)

lock: $(BIN)/uv ## resolve the dependencies again and write uv.lock
	@$(BIN)/uv lock --upgrade

clean: ## remove what was installed and made, with the demo's Airflow and its keys
	rm -rf .venv .airflow build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/.synced: $(BIN)/uv uv.lock pyproject.toml
	@echo "installing from uv.lock"
	@$(BIN)/uv sync --quiet --frozen
	@touch $@

$(BIN)/uv:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(SUITS)' || { \
		echo "custody needs Python 3.11, 3.12 or 3.13; here is $$($(or $(PYTHON),python3) -V 2>&1)."; \
		echo "Name another one: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
