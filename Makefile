# Two commands matter on a fresh machine: `make serve` and `make test`. Python 3.11+ and make are all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup serve test check format train bench bench-accuracy demo lock clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Install everything into .venv

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Breakwater needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing dependencies into $(VENV) (a minute or two the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

serve: setup ## Train the first release if there is none, then serve on http://127.0.0.1:8000
	@$(BIN)/breakwater serve --train-if-needed

test: setup ## Run all tests, pages in a real browser included, with the coverage gate
	@$(BIN)/python tests/browser/install.py
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest -q
	@$(BIN)/python -m coverage combine -q
	@$(BIN)/python -m coverage report

check: setup ## Lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

train: setup ## Train a release from datasets/ and promote it if it passes the gate
	@$(BIN)/breakwater train

bench: setup ## Measure speed (BENCH_ARGS are passed on)
	@$(BIN)/python -m pytest -q -s tests/benchmarks $(BENCH_ARGS)

$(VENV)/.bench: $(VENV)/.ready requirements-bench.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

bench-accuracy: $(VENV)/.bench ## Measure accuracy, an hour or two, and write docs/accuracy.md (BENCH_ARGS are passed on)
	@$(BIN)/python tests/benchmarks/accuracy --data ../shared/data $(BENCH_ARGS)

demo: setup ## Fill the queue with the project's own example posts
	@$(BIN)/breakwater demo

lock: setup ## Pin dependencies and their hashes anew, none younger than a week
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --exclude-newer "$$(date -u -d '1 week ago' +%F)" --output-file requirements.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra bench --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --exclude-newer "$$(date -u -d '1 week ago' +%F)" --constraint requirements.lock --output-file requirements-bench.lock pyproject.toml

clean: ## Remove the virtual environment and caches; data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage* *.egg-info build
