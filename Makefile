# Needs make and Python 3.11 or newer. Everything else goes into .venv, from the hashed requirements-dev.txt.
.DEFAULT_GOAL := help
.PHONY: help demo run test test-short test-slow test-office check audit bench screenshots click-test hostile lock wheel-smoke chaos time soak clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## Play a week of a buddy group in the browser, without a token
	@$(BIN)/python -m buddybot demo

run: $(READY) ## Run the bot; needs DISCORD_TOKEN
	@$(BIN)/python -m buddybot run

# Every test process, and every bot that one starts, would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE
TEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

test: $(READY) ## Run the tests, on SQLite and on PostgreSQL where there is one
	$(TEST) -m "not slow"

test-short: $(READY) ## Run the slow suites in their short form, as CI does
	$(TEST) -m slow

test-slow: $(READY) ## Run the slow suites whole; takes an hour or so
	BUDDYBOT_TEST_HOSTILE=all LIFE_EXAMPLES=300 CHANGES_EXAMPLES=300 $(TEST) -m slow -o faulthandler_timeout=0

test-office: $(READY) ## Open the spreadsheets with LibreOffice; apt installs it where it is missing
	@bash .ci/office $(BIN)/python

check: $(READY) ## Lint, format, types, what may be unsafe, secrets, and the direction of the imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive buddybot cogs
	$(BIN)/python -m tests.secret_scan
	$(BIN)/python -m pytest tests/architecture

audit: ## Ask whether a weakness is known of any package in the lock; needs the network
	@bash .ci/audit "$(PYTHON)"

time: $(READY) ## Look at every zone's clocks until 2037: one meeting in each local week, whatever they do
	$(BIN)/python -m tests.domain.every_zone

soak: $(READY) ## Let fifty groups live for a year while everything goes wrong; takes an hour or so
	$(BIN)/python -m tests.endurance.year
	LIFE_EXAMPLES=300 $(BIN)/python -m pytest tests/endurance/test_life.py -o faulthandler_timeout=0
	CHANGES_EXAMPLES=300 $(BIN)/python -m pytest tests/changes/test_sequences.py -o faulthandler_timeout=0

bench: $(READY) ## Run the benchmarks
	$(BIN)/python -m bench

chaos: $(READY) ## Kill the bot 10,000 times, on SQLite and PostgreSQL, and count what became of its pings
	$(BIN)/python -m tests.chaos

screenshots: $(READY) ## Take the pictures in docs/screenshots from the playground
	$(BIN)/python -m tests.screenshots

click-test: $(READY) ## Click about in the playground for five minutes, with the browser that the machine has
	$(BIN)/python -m tests.demo.clicking

hostile: $(READY) ## Put every hostile value into everything that can be filled in; takes twenty minutes of one core
	BUDDYBOT_TEST_HOSTILE=all $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/scenarios/hostile/test_hostile_input.py \
		tests/scenarios/hostile/test_hostile_shapes.py tests/scenarios/hostile/test_hostile_words_kept.py

wheel-smoke: $(READY) ## Build the wheel, install it outside the checkout and start it
	bash .ci/wheel-smoke $(BIN)/python

LOCK := build/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-config \
	--custom-compile-command "make lock" pyproject.toml

lock: ## Choose the newest versions again: requirements.txt and requirements-dev.txt
	"$(PYTHON)" -m venv build/lock
	build/lock/bin/pip install --quiet "uv>=0.9,<1"
	$(LOCK) --upgrade --output-file requirements.txt
	$(LOCK) --upgrade --extra dev --constraint requirements.txt --output-file requirements-dev.txt

clean: ## Remove what make and the tools made; the bot's data stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "buddybot needs Python 3.11 or newer: install it, or run make PYTHON=/path/to/python." >&2; exit 2; }
	@echo "Preparing $(VENV); the first time takes a minute."
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
