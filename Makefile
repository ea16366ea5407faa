# Everything a developer or an operator types. `make run` on a clean machine is enough to start.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-sqlite test-postgres check docs screens bench lock clean

BIN := .venv/bin
PYTEST := $(BIN)/pytest -q -n 3 --dist loadscope

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## Install everything into .venv and node_modules (quick when nothing changed)
	@scripts/setup

run: ## Start Anmin with its demo city: http://127.0.0.1:8000
	@scripts/setup --no-wait
	@exec $(BIN)/anmin up

test: test-sqlite test-postgres ## Run all tests, on SQLite and then on PostgreSQL

test-sqlite: setup
	@if scripts/chromium; then $(PYTEST); else $(PYTEST) -m "not browser"; fi

test-postgres: setup
	@if scripts/chromium; then marks=""; else marks="not browser"; fi; \
	ANMIN_TEST_DATABASE=postgres $(PYTEST) -m "$$marks"

check: setup ## Style, types, layers, migrations, generated pages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; export ANMIN_HOME="$$home"; set -ex; \
	$(BIN)/python -m django makemigrations --check --dry-run --settings anmin.config.settings; \
	$(BIN)/python -m django check --fail-level WARNING --settings anmin.config.settings; \
	$(BIN)/python -m anmin.config.docs --check

docs: setup ## Write the pages of docs/ that come from the code
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; \
	ANMIN_HOME="$$home" $(BIN)/python -m anmin.config.docs

screens: setup ## Take the README's pictures from a demo city that runs at port 8000
	@$(BIN)/python scripts/screens

bench: setup ## Measure speed and memory, each beside a named reference
	@set -e; for one in bench/*.py; do \
	  name=$$(basename "$$one" .py); grep -q __main__ "$$one" || continue; \
	  [ "$$name" != mutations ] && [ "$$name" != markers ] || continue; \
	  echo "== $$name"; $(BIN)/python -m bench.$$name; done

lock: ## Resolve the Python packages anew into requirements.lock
	.tools/bin/uv pip compile --quiet --upgrade --python-version 3.13 --generate-hashes \
	  --extra dev -o requirements.lock pyproject.toml

clean: ## Remove what setup and the tools made (never var/, the data)
	rm -rf .venv .tools node_modules build dist .mypy_cache .ruff_cache .pytest_cache \
	  .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + ; find src -name '*.mo' -delete
