# From a fresh clone, with Python 3.11 to 3.13 and make:
#   make demo    the whole job on sample data; ends by naming the report
#   make start   open the guided notebooks in the browser
#   make test    every test
# Another Python: make test PYTHON=python3.12

PYTHON ?= python3
PYTEST_ARGS ?=
BENCHMARKS ?=
DEMO_OUT ?= demo

DEMO := .venv-demo
TEST := .venv-test
MINIMUM := .venv-minimum
BENCH := .venv-benchmarks
PIP_FLAGS := --quiet --quiet --progress-bar off --disable-pip-version-check
# Two tests at a time; make test WORKERS=0 runs them one after the other. Then the pages in a browser, and beside
# them, where a processor has little to do, mypy and the notebooks, each in their order.
WORKERS ?= 2
WORKER_FLAGS := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
PAGES := $(shell grep -rl "mark.browser" tests --include='test_*.py')
WHEEL := $(shell grep -rl "mark.wheel" tests --include='test_*.py')
# Its sitecustomize keeps every Python of the tests on this machine, from its first line on.
OFFLINE := PYTHONPATH=$(CURDIR)/tests/offline
NBVAL_FLAGS := --nbval-lax --nbval-cell-timeout=60 --nbval-current-env

.DEFAULT_GOAL := help
.PHONY: help demo start test test-minimum lint style format docs benchmarks clean

help:
	@sed -n '2,5s/^#   //p' Makefile
	@echo "make lint    ruff, mypy, codespell     make format  let ruff mend the layout"
	@echo "make docs    write the generated pages make clean   remove what make made"
	@echo "make benchmarks   how long it takes, written to docs/benchmarks.md"

# --- environments: built on first use, and again when pyproject.toml changes ---

# $(1) the folder, $(2) the extras
define build_environment
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else "equitykit needs Python 3.11 to 3.13; %s is %d.%d. Say which one to use: make PYTHON=python3.12" % (sys.executable, v.major, v.minor))'
	@echo "Building $(1) (a minute or two, once) ..."
	@rm -rf $(1)
	@$(PYTHON) -m venv $(1)
	@$(1)/bin/python -m pip install $(PIP_FLAGS) --editable ".[$(2)]"
	@touch $@
endef

$(DEMO)/.ready: pyproject.toml
	$(call build_environment,$(DEMO),notebooks)

$(TEST)/.ready: pyproject.toml
	$(call build_environment,$(TEST),test)

$(BENCH)/.ready: pyproject.toml
	$(call build_environment,$(BENCH),benchmarks)

# --- what people ask for ---

demo: $(DEMO)/.ready
	@$(DEMO)/bin/equitykit demo --out $(DEMO_OUT)

start: $(DEMO)/.ready
	@$(DEMO)/bin/equitykit start equitykit-work

test: style
	$(OFFLINE) $(TEST)/bin/python -m pytest $(WORKER_FLAGS) -m "not browser and not wheel" tests equitykit $(PYTEST_ARGS)
	@log=$$(mktemp) seen=$$(mktemp) ended=$$(mktemp); echo 1 >"$$ended"; { types=0; $(TEST)/bin/python -m mypy || types=$$?; \
	$(OFFLINE) $(TEST)/bin/python -m pytest $(NBVAL_FLAGS) --ignore-glob='notebooks/*.py' $(WHEEL) notebooks \
	  $(PYTEST_ARGS) && [ $$types -eq 0 ]; } >"$$log" 2>&1 & beside=$$!; \
	{ $(OFFLINE) $(TEST)/bin/python -m pytest -m browser $(PAGES) $(PYTEST_ARGS); echo $$? >"$$ended"; } | tee "$$seen"; \
	wait $$beside; beside=$$?; cat "$$log"; pages=$$(cat "$$ended"); \
	[ "$$pages" -eq 0 ] || sed -n '/short test summary/,$$p' "$$seen"; \
	rm -f "$$log" "$$seen" "$$ended"; exit $$((pages | beside))

# Once more with the lowest versions of the core that pyproject.toml allows (not part of .ci/run).
test-minimum: $(TEST)/.ready
	@rm -rf $(MINIMUM)
	@$(PYTHON) -m venv $(MINIMUM)
	@$(TEST)/bin/python tests/minimum.py > $(MINIMUM)/constraints.txt
	@$(MINIMUM)/bin/python -m pip install $(PIP_FLAGS) --constraint $(MINIMUM)/constraints.txt --editable ".[test]"
	$(MINIMUM)/bin/python -m pytest -m "not browser and not wheel" $(PYTEST_ARGS)

lint: style
	$(TEST)/bin/python -m mypy

style: $(TEST)/.ready
	$(TEST)/bin/python -m ruff check .
	$(TEST)/bin/python -m ruff format --check .
	$(TEST)/bin/codespell

format: $(TEST)/.ready
	$(TEST)/bin/python -m ruff check --fix .
	$(TEST)/bin/python -m ruff format .

docs: $(TEST)/.ready
	$(TEST)/bin/python docs/build.py

# make benchmarks BENCHMARKS="floor growth": which ones, and options of benchmarks/run.py.
benchmarks: $(BENCH)/.ready
	$(BENCH)/bin/python benchmarks/run.py $(BENCHMARKS)

clean:
	rm -rf $(DEMO) $(TEST) $(MINIMUM) $(BENCH) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
