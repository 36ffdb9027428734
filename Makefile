# Bivouac. `make help` says what there is.
# Python 3.11 or newer, make and git are all a machine needs.

PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
BIN    := $(VENV)/bin

# What a command needs installed: stamps, so that a second run starts at once.
RUNTIME     := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development

.DEFAULT_GOAL := help
.PHONY: help run test check lint types imports tree bench oracle fuzz coverage format env requirements vendor settings catalogues fonts clean

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## Serve a demo race that is under way at http://127.0.0.1:8000 (PORT=… changes it)
	@PORT=$(PORT) $(BIN)/timing demo

test: $(DEVELOPMENT) ## Run every test, on all processors (ARGS="tests/core -k void" runs a part, in one process)
	@$(BIN)/pytest $(if $(ARGS),$(ARGS),--numprocesses=auto --dist=worksteal)

check: lint types imports tree ## Lint and formatting, types, direction of imports, nothing of one machine in the tree

lint: $(DEVELOPMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPMENT)
	$(BIN)/mypy

imports: $(DEVELOPMENT)
	$(BIN)/lint-imports --no-logo

tree: $(DEVELOPMENT)
	$(BIN)/python deploy/check_tree.py

bench: $(DEVELOPMENT) ## Measure what docs/performance.md states (ARGS="compute --write" picks and records)
	@$(BIN)/python -m benchmarks $(ARGS)

oracle: $(DEVELOPMENT) ## Compare 20,000 made-up races with a second, naive implementation (ARGS="COUNT FIRST_SEED")
	@$(BIN)/python -m tests.oracle $(ARGS)

fuzz: $(DEVELOPMENT) ## Ask everything of racefiles made up to reach more of the code (SECONDS=60; Linux on x86-64)
	@$(BIN)/python -m tests.fuzz $(or $(SECONDS),60) $(CORPUS)

coverage: $(DEVELOPMENT) ## Run the core's tests and demand that they reach every branch of it
	@$(BIN)/pytest --cov=timing.core --cov-fail-under=100 tests/core tests/scenarios tests/properties

format: $(DEVELOPMENT) ## Format the code and make the safe corrections
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

env: $(DEVELOPMENT) ## Build the environment in .venv with all that tests and checks need

requirements: ## Compile the *.in files into pinned, hashed requirements (UPGRADE=1 takes newer versions)
	@$(PYTHON) deploy/compile_requirements.py $(if $(UPGRADE),--upgrade)

vendor: ## Fetch the pinned third-party browser code into static/vendor (needs npm)
	@$(PYTHON) deploy/vendor.py

settings: $(DEVELOPMENT) ## Write docs/settings.md from the settings themselves
	@$(BIN)/python -m deploy.settings_page

catalogues: $(DEVELOPMENT) ## Bring the catalogues of languages up to date with the texts in code and templates
	@$(BIN)/python -m deploy.catalogues

fonts: $(DEVELOPMENT) ## Convert the fonts of what is printed (needs npm)
	@$(BIN)/python -m deploy.print_fonts

clean: ## Remove the environment and every cache; races and databases stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Bivouac needs Python 3.11 or newer; name one with make PYTHON=…" >&2; exit 1; }
	@echo "Making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python's venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }

# Only errors are shown: anything less would bury what matters.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Bivouac needs to run"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPMENT): requirements-dev.txt requirements-schemas.txt $(RUNTIME)
	@echo "Installing what tests and checks need"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --require-hashes --no-deps -r requirements-schemas.txt
	@touch $@
