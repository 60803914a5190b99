# Every act of daily work. `make help` lists them; CI and the commit hooks call the same targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
CODE := libs services deploy tests conftest.py
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.version_info < (3, 11) and sys.exit(1); print(sys.executable)' 2>/dev/null && break; done)

# The Python that is there is used; nothing but packages is fetched.
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without compiled files every start would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

# A machine account without a usable home keeps its caches in the working tree.
ifneq ($(shell test -n "$$HOME" && test -d "$$HOME" && test -w "$$HOME" && echo usable),usable)
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache/uv
export PIP_CACHE_DIR ?= $(CURDIR)/.tools/cache/pip
export M2_REPO ?= $(CURDIR)/.tools/m2
endif

.PHONY: help
help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  %-12s %s\n", $$1, $$2}'

.PHONY: run
run: install ## Run the whole stack on this machine until Ctrl-C
	@exec $(BIN)/quxiang run

# The folder of a member, wherever it stands.
FOLDER = $(wildcard libs/$(MEMBER) services/$(MEMBER) deploy/$(MEMBER))

# One worker more than the two cores that the suite is made for: a sixth of the time a worker waits for its servers.
.PHONY: test
test: install .venv/.browser ## Run all tests, or those of one member: MEMBER=registry (ARGS="-k review --lf" for pytest)
	@test -z "$(MEMBER)" -o -n "$(FOLDER)" || { echo "there is no member $(MEMBER)" >&2; exit 2; }
	@exec $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(if $(MEMBER),$(FOLDER)) $(ARGS)

# Collecting log records for failures takes a tenth of the time of so small tests. Two halves run side by side: workers of
# one run would each collect everything, which takes a third of the time. A half in which ARGS select nothing ends with 5.
UNIT = $(BIN)/pytest -q -n 0 -p no:logging -m "not server" --hypothesis-profile=quick
HALF := libs/common/tests/[a-n]*
OTHER_HALF := libs/common/tests/[o-z]* libs/servers libs/testing services deploy tests/architecture
.PHONY: unit
unit: install ## Run the tests that ask for no server, in seconds (MEMBER, ARGS as above)
	@test -z "$(MEMBER)" || exec $(UNIT) $(FOLDER) $(ARGS); test -n "$(MEMBER)" || { \
		said=$$(mktemp); $(UNIT) -o cache_dir=.pytest_cache/other $(OTHER_HALF) $(ARGS) >$$said 2>&1 & other=$$!; \
		$(UNIT) $(HALF) $(ARGS); half=$$?; wait $$other; other=$$?; cat $$said; rm -f $$said; \
		{ test $$half = 0 -o $$half = 5; } && { test $$other = 0 -o $$other = 5; }; }

# Printed, never a gate. Measuring makes the suite slower, so `make test` leaves it out.
.PHONY: coverage
coverage: override ARGS := -p pytest_cov --cov --cov-report=term:skip-covered $(ARGS)
coverage: test ## Run the tests and print which lines they reached (MEMBER, ARGS as above)

# A shared environment hides missing dependencies: any member can import what only another one declares.
.PHONY: member
member: MEMBER_ENV := .members/$(MEMBER)
member: $(UV) ## Test one member beside nothing but what it declares: MEMBER=registry (or common, servers, testing, local, …)
	@test -n "$(MEMBER)" || { echo "usage: make member MEMBER=registry" >&2; exit 2; }
	@UV_PROJECT_ENVIRONMENT=$(MEMBER_ENV) $(UV) sync --locked --quiet --no-default-groups --all-extras \
		--package quxiang-$(MEMBER) --package quxiang-testing --package quxiang-local --python "$(PYTHON)"
	@$(UV) export --locked --quiet --only-group test --output-file $(MEMBER_ENV)/tests.txt
	@$(UV) pip install --quiet --python $(MEMBER_ENV) --requirements $(MEMBER_ENV)/tests.txt
	@exec $(MEMBER_ENV)/bin/pytest -n 2 --dist loadfile $(FOLDER) $(ARGS)

LOCK_ORDERS = $(wildcard services/*/tests/test_lock_order.py services/*/tests/*/test_lock_order.py)
SOAKED = $(filter-out $(LOCK_ORDERS),$(shell grep -rl --include='test_*.py' QUXIANG_SOAK services))

.PHONY: soak
soak: install ## Kill, freeze and wipe under load at full size: 10,000 graduates, 2,000 changes; 200 meetings of each pair of acts, races, all lines of the review (SEED=…)
	@QUXIANG_SOAK=1 QUXIANG_SEED="$(SEED)" exec $(BIN)/pytest -s tests/faults $(LOCK_ORDERS) $(SOAKED) $(ARGS)

.PHONY: check
check: lint types imports drift ## Lint, type-check, check imports and generated files

.PHONY: lint
lint: install ## Check style and format
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)

.PHONY: format
format: install ## Format and repair what can be repaired
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

.PHONY: types
types: install ## Check types
	@$(BIN)/mypy $(CODE)

.PHONY: imports
imports: install ## Check who imports whom
	@$(BIN)/lint-imports

.PHONY: drift
drift: install ## Compare generated files with what the code gives now
	@$(BIN)/python -m common.contracts.generate --check
	@$(BIN)/python -m registry.dictionary --check
	@$(BIN)/python -m destinations.dictionary --check
	@$(BIN)/python -m quxiang.messages --check
	@$(BIN)/python -m quxiang.openapi --check
	@$(BIN)/python -m quxiang.assets --check

.PHONY: contracts
contracts: install ## Write the event contracts' JSON Schemas and examples, the data dictionaries, the pages of messages
	@$(BIN)/python -m common.contracts.generate
	@$(BIN)/python -m registry.dictionary
	@$(BIN)/python -m destinations.dictionary
	@$(BIN)/python -m quxiang.messages

.PHONY: openapi
openapi: install ## Write every service's openapi.json
	@$(BIN)/python -m quxiang.openapi

.PHONY: assets
assets: install ## Write the script that draws charts on pages
	@$(BIN)/python -m quxiang.assets

.PHONY: migration
migration: install ## Draft a migration: SERVICE=destinations NAME=add_column
	@test -n "$(SERVICE)" && test -n "$(NAME)" || { echo "usage: make migration SERVICE=destinations NAME=add_column" >&2; exit 2; }
	@$(BIN)/python -m testing.migrations "$(SERVICE)" "$(NAME)"

.PHONY: token
token: install ## Print a token: ROLE=school_officer SCHOOL=10001 (COLLEGE CLASS GRADUATE PROVINCE EMPLOYER OFFICE SCOPE SUBJECT TTL)
	@exec $(BIN)/quxiang token --role "$(ROLE)" $(if $(SCHOOL),--school "$(SCHOOL)") $(if $(COLLEGE),--college "$(COLLEGE)") \
		$(if $(CLASS),--class "$(CLASS)") $(if $(GRADUATE),--graduate "$(GRADUATE)") $(if $(PROVINCE),--province "$(PROVINCE)") \
		$(if $(EMPLOYER),--employer "$(EMPLOYER)") $(if $(OFFICE),--office "$(OFFICE)") $(if $(SCOPE),--scope "$(SCOPE)") \
		$(if $(SUBJECT),--subject "$(SUBJECT)") $(if $(TTL),--ttl "$(TTL)")

.PHONY: bench
bench: install ## Measure against the budgets
	@exec $(BIN)/python -m tests.load $(ARGS)

.PHONY: reset
reset: install ## Wipe the local stack: databases, topics, keys, logs
	@exec $(BIN)/quxiang reset

.PHONY: lock
lock: $(UV) ## Resolve the dependencies anew
	@$(UV) lock --python "$(PYTHON)"

.PHONY: install
install: .venv/.installed ## Create the virtual environment as locked

# What a browser for tests needs is large, and `make run` does without.
.venv/.browser: .venv/.installed
	@echo "Installing what the tests of pages need …" >&2
	@$(UV) sync --locked --quiet --inexact --group browser --python "$(PYTHON)" >&2
	@touch $@

.venv/.installed: uv.lock pyproject.toml $(wildcard libs/*/pyproject.toml services/*/pyproject.toml deploy/local/pyproject.toml) | $(UV)
	@echo "Installing what the lock names into .venv (the first time takes a minute) …" >&2
	@$(UV) sync --locked --quiet --compile-bytecode --python "$(PYTHON)" >&2
	@touch $@

# A system that keeps virtual environments in a package of their own may have uv itself.
$(UV): | python
	@{ "$(PYTHON)" -m venv .tools && .tools/bin/python -m pip install --quiet "uv==$(UV_VERSION)"; } >&2 \
		|| { mkdir -p .tools/bin && found=$$(command -v uv) && ln -sf "$$found" $@; } \
		|| { echo "uv could not be installed: Python needs its venv module (Debian, Ubuntu: apt install python3-venv)" \
		"and a package index." >&2; exit 1; }

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found on the PATH." >&2; exit 1; }

.PHONY: clean
clean: ## Remove the virtual environment, tools and caches; local data stays
	@rm -rf .venv .members .tools .mypy_cache .ruff_cache .pytest_cache .coverage .import_linter_cache .hypothesis .schemathesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
